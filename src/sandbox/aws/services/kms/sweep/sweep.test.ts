// Every emulated operation of KMS: a life in which it works and its effect is seen, and KMS's own refusal.
import { describeSweep } from "../../../sweeping.ts";
import { kms } from "../index.ts";
import { kmsFamilies } from "./rows.ts";

describeSweep(kms, kmsFamilies);

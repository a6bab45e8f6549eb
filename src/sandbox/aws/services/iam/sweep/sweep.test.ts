// Every emulated operation of IAM: a life in which it works and its effect is seen, and IAM's own refusal.
import { describeSweep } from "../../../sweeping.ts";
import { iam } from "../index.ts";
import { accountFamilies } from "./account.ts";
import { entityFamilies } from "./entities.ts";

describeSweep(iam, { ...entityFamilies, ...accountFamilies });

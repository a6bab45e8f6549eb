// Every emulated operation of S3: a life in which it works and its effect is seen, and S3's own refusal.
import { describeSweep } from "../../../sweeping.ts";
import { s3 } from "../index.ts";
import { s3Families } from "./rows.ts";

// Many deletions are judged key by key while they are carried out.
describeSweep(s3, s3Families, ["DeleteObjects"]);

// Every check, area by area.
import type { Check } from "../check.ts";
import { costChecks } from "./cost/index.ts";
import { encryptionChecks } from "./encryption/index.ts";
import { identityChecks } from "./identity/index.ts";
import { loggingChecks } from "./logging/index.ts";
import { networkChecks } from "./network/index.ts";
import { nodesChecks } from "./nodes/index.ts";
import { storageChecks } from "./storage/index.ts";
import { upgradesChecks } from "./upgrades/index.ts";
import { workloadsChecks } from "./workloads/index.ts";

/** In the order in which they are listed. */
export const checks: readonly Check[] = [
  ...networkChecks,
  ...identityChecks,
  ...storageChecks,
  ...nodesChecks,
  ...upgradesChecks,
  ...workloadsChecks,
  ...loggingChecks,
  ...encryptionChecks,
  ...costChecks,
];

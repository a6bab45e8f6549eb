// Logs of the control plane and of nodes.
import type { Check } from "../../check.ts";
import { controlPlaneLogs } from "./control-plane-logs.ts";
import { dockerParser } from "./docker-parser.ts";
import { fargateLogging } from "./fargate-logging.ts";
import { logRetention } from "./log-retention.ts";
import { lostStream } from "./lost-stream.ts";
import { noDetection } from "./no-detection.ts";
import { noLogShipper } from "./no-log-shipper.ts";
import { noTrail } from "./no-trail.ts";

/** Checks of the area, by id. */
export const loggingChecks: readonly Check[] = [
  controlPlaneLogs,
  logRetention,
  noTrail,
  noLogShipper,
  dockerParser,
  fargateLogging,
  lostStream,
  noDetection,
];

// What costs more than it has to.
import type { Check } from "../../check.ts";
import { deletionProtection } from "./deletion-protection.ts";
import { extendedSupport } from "./extended-support.ts";
import { idleNetwork } from "./idle-network.ts";
import { oldGeneration } from "./old-generation.ts";
import { oversizedRequests } from "./oversized-requests.ts";
import { stackDrift } from "./stack-drift.ts";
import { zoneTraffic } from "./zone-traffic.ts";

/** Checks of the area, by id. */
export const costChecks: readonly Check[] = [
  extendedSupport,
  oldGeneration,
  idleNetwork,
  oversizedRequests,
  zoneTraffic,
  deletionProtection,
  stackDrift,
];

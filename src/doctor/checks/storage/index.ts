// Volumes, classes and drivers.
import type { Check } from "../../check.ts";
import { databaseInCluster } from "./database-in-cluster.ts";
import { defaultClass } from "./default-class.ts";
import { ebsDriverMissing } from "./ebs-driver-missing.ts";
import { efsInClear } from "./efs-in-clear.ts";
import { immediateBinding } from "./immediate-binding.ts";
import { orphanedVolumes } from "./orphaned-volumes.ts";
import { reclaimDelete } from "./reclaim-delete.ts";
import { statefulOverZones } from "./stateful-over-zones.ts";
import { storageQuota } from "./storage-quota.ts";
import { unboundClaims } from "./unbound-claims.ts";
import { unencryptedVolumes } from "./unencrypted-volumes.ts";
import { volumeWithoutNodes } from "./volume-without-nodes.ts";

/** Checks of the area, by id. */
export const storageChecks: readonly Check[] = [
  volumeWithoutNodes,
  statefulOverZones,
  defaultClass,
  unencryptedVolumes,
  immediateBinding,
  ebsDriverMissing,
  efsInClear,
  unboundClaims,
  reclaimDelete,
  storageQuota,
  orphanedVolumes,
  databaseInCluster,
];

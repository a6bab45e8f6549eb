// Node repair and warm pools: the ranges and either-ors of their settings (API reference of CreateNodegroup).
import type { NodeRepairConfig, WarmPoolConfig } from "@aws-sdk/client-eks";
import { invalidParameter } from "../errors.ts";
import { checkEnum } from "./text.ts";

const repairActions = ["NoAction", "Reboot", "Replace"];
const poolStates = ["HIBERNATED", "RUNNING", "STOPPED"];

/** A whole number from `least` on. */
function checkRange(value: number | undefined, name: string, least: number, most = Infinity): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const range = most === Infinity ? `at least ${least}` : `between ${least} and ${most}`;
  throw invalidParameter(`${name} must be ${range}, got ${value}`);
}

/** One thing counted, or as a share; not both. */
function checkMeasure(config: NodeRepairConfig, name: "maxUnhealthyNodeThreshold" | "maxParallelNodesRepaired"): void {
  const [count, percentage] = [config[`${name}Count`], config[`${name}Percentage`]];
  checkRange(count, `nodeRepairConfig.${name}Count`, 1);
  checkRange(percentage, `nodeRepairConfig.${name}Percentage`, 1, 100);
  if (count !== undefined && percentage !== undefined)
    throw invalidParameter(`${name}Count and ${name}Percentage cannot both be specified in nodeRepairConfig`);
}

/** @throws AwsError InvalidParameterException */
export function checkRepair(config: NodeRepairConfig | undefined): void {
  if (!config) return;
  checkMeasure(config, "maxUnhealthyNodeThreshold");
  checkMeasure(config, "maxParallelNodesRepaired");
  for (const override of config.nodeRepairConfigOverrides ?? []) {
    const where = "nodeRepairConfig.nodeRepairConfigOverrides";
    checkRange(override.minRepairWaitTimeMins, `${where}.minRepairWaitTimeMins`, 1);
    checkEnum(override.repairAction, repairActions, `${where}.repairAction`);
    for (const member of ["nodeMonitoringCondition", "nodeUnhealthyReason", "repairAction"] as const)
      if (override[member] === undefined) throw invalidParameter(`${where} must specify ${member}`);
  }
}

/** @throws AwsError InvalidParameterException */
export function checkWarmPool(config: WarmPoolConfig | undefined): void {
  if (!config) return;
  checkRange(config.minSize, "warmPoolConfig.minSize", 0);
  checkEnum(config.poolState, poolStates, "warmPoolConfig.poolState");
}

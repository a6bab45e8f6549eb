// What launch templates of both kinds of node groups share.
import { defined } from "../template.ts";
import type { TemplateValue } from "../template.ts";
import type { Group } from "./group.ts";
import { blockDevices } from "./volumes.ts";

/**
 * Instance metadata: tokens required unless the file allows the old version, and two hops, so that pods reach it; one hop
 * when the file keeps pods away from it.
 */
function metadataOptions(group: Group): TemplateValue {
  const { disableIMDSv1 = true, disablePodIMDS = false } = group.spec;
  return {
    HttpPutResponseHopLimit: disablePodIMDS ? 1 : 2,
    HttpTokens: disableIMDSv1 || disablePodIMDS ? "required" : "optional",
  };
}

function tagSpecifications(group: Group): TemplateValue {
  const tags = Object.entries({ Name: group.nodeName, ...group.tags })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));
  return ["instance", "volume", "network-interface"].map((ResourceType) => ({ ResourceType, Tags: tags }));
}

/** Members of `LaunchTemplateData` that don't depend on the kind of group. */
export function commonLaunchTemplateData(group: Group, keyName: string | undefined): Record<string, TemplateValue> {
  const { spec } = group;
  const devices = blockDevices(group);
  return defined({
    BlockDeviceMappings: devices.length > 0 ? devices : undefined,
    EbsOptimized: spec.ebsOptimized,
    KeyName: keyName,
    MetadataOptions: metadataOptions(group),
    Monitoring: spec.enableDetailedMonitoring === undefined ? undefined : { Enabled: spec.enableDetailedMonitoring },
    Placement: spec.placement?.groupName ? { GroupName: spec.placement.groupName } : undefined,
    TagSpecifications: tagSpecifications(group),
  });
}

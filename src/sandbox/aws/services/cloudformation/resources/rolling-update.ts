// UpdatePolicy.AutoScalingRollingUpdate: obsolete instances of a group are replaced in batches.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { sameValue } from "../values.ts";
import type { ResourceRequest, Stability } from "../handler.ts";

interface Rolling {
  obsolete: string[];
  total: number;
  /** Instances told to go whose successors aren't in service yet. */
  going: string[];
  pauseUntil?: number;
}

interface Policy {
  MinInstancesInService?: number | string;
  MaxBatchSize?: number | string;
  PauseTime?: string;
}

function policyOf(request: ResourceRequest): Policy | undefined {
  return (request.policies.update as { AutoScalingRollingUpdate?: Policy } | undefined)?.AutoScalingRollingUpdate;
}

/** Changes of these make the instances that run obsolete. */
const decisive = ["LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy", "VPCZoneIdentifier"];

/** What is to be replaced after the group was changed; undefined when nothing is, or no policy asks for it. */
export function obsoleteAfter(
  request: ResourceRequest,
  group: AutoScalingGroup | undefined,
  old: Record<string, unknown>,
): Rolling | undefined {
  const policy = policyOf(request);
  const changed = decisive.some((name) => !sameValue(old[name], request.properties[name]));
  const obsolete = (group?.Instances ?? []).flatMap((one) => one.InstanceId ?? []);
  if (!policy || !changed || obsolete.length === 0) return undefined;
  const [size, least] = [batchSize(policy), Number(policy.MinInstancesInService ?? 0)];
  request.say(
    `Rolling update initiated. Terminating ${obsolete.length} obsolete instance(s) in batches of ${size}, while keeping at least ${least} instance(s) in service.`,
  );
  return { obsolete, total: obsolete.length, going: [] };
}

function batchSize(policy: Policy): number {
  return Math.max(1, Number(policy.MaxBatchSize ?? 1));
}

/** Goes on with a rolling update by one look at the group. */
export function nextBatch(request: ResourceRequest, group: AutoScalingGroup): Stability {
  const rolling = request.memo as Rolling | undefined;
  const policy = policyOf(request);
  if (!rolling || !policy) return true;
  const instances = group.Instances ?? [];
  const inService = instances.filter((one) => one.LifecycleState === "InService");
  const present = new Set(instances.map((one) => one.InstanceId));
  const now = request.ctx.now();
  if (rolling.pauseUntil !== undefined && now < rolling.pauseUntil) return { memo: rolling };
  if (rolling.going.length > 0) {
    const replaced = rolling.going.every((id) => !present.has(id)) && inService.length >= (group.DesiredCapacity ?? 0);
    if (!replaced) return { memo: rolling };
    const progress = Math.round(((rolling.total - rolling.obsolete.length) / rolling.total) * 100);
    request.say(`Successfully terminated instance(s) [${rolling.going.join(",")}] (Progress ${progress}%).`);
    const pause = seconds(policy.PauseTime) * 1000;
    return { memo: { ...rolling, going: [], ...(pause > 0 ? { pauseUntil: now + pause } : {}) } };
  }
  const left = rolling.obsolete.filter((id) => present.has(id));
  if (left.length === 0) return true;
  const room = inService.length - Number(policy.MinInstancesInService ?? 0);
  const batch = left.slice(0, Math.max(1, Math.min(batchSize(policy), room)));
  request.say(`Terminating instance(s) [${batch.join(",")}]; replacing with ${batch.length} new instance(s).`);
  for (const InstanceId of batch) {
    request.call("TerminateInstanceInAutoScalingGroup", { InstanceId, ShouldDecrementDesiredCapacity: false });
  }
  return { memo: { ...rolling, obsolete: left.filter((id) => !batch.includes(id)), going: batch } };
}

/** Seconds of an ISO 8601 duration such as PT5M30S. */
function seconds(duration: string | undefined): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration ?? "PT0S");
  return match ? Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0) : 0;
}

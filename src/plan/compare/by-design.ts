// Properties whose value in a stack's template is history: the living thing is changed by API call, as eksctl does it, and
// the template keeps what it was created with. They are compared with the living thing instead.

export interface ByDesign {
  type: string;
  /** `*` for the whole resource. */
  property: string;
  because: string;
}

const byDesign: readonly ByDesign[] = [
  {
    type: "AWS::EKS::Cluster",
    property: "*",
    because:
      "version, endpoints, logs, access mode, tags change through the EKS API (eksctl upgrade, eksctl utils); the rest can't change",
  },
  {
    type: "AWS::EKS::Nodegroup",
    property: "ScalingConfig",
    because: "sizes change through UpdateNodegroupConfig (eksctl scale) and by the cluster autoscaler",
  },
  {
    type: "AWS::EKS::Nodegroup",
    property: "UpdateConfig",
    because: "changes through UpdateNodegroupConfig (eksctl update nodegroup)",
  },
  {
    type: "AWS::EKS::Nodegroup",
    property: "ForceUpdateEnabled",
    because: "how eksctl upgrade nodegroup went about an update, no property of the group",
  },
  { type: "AWS::AutoScaling::AutoScalingGroup", property: "MinSize", because: "UpdateAutoScalingGroup (eksctl scale)" },
  { type: "AWS::AutoScaling::AutoScalingGroup", property: "MaxSize", because: "UpdateAutoScalingGroup (eksctl scale)" },
  {
    type: "AWS::AutoScaling::AutoScalingGroup",
    property: "DesiredCapacity",
    because: "UpdateAutoScalingGroup (eksctl scale) and the cluster autoscaler",
  },
];

/** Properties of a type whose old value an update must repeat, because the wanted template doesn't rule them. */
export function unruledProperties(type: string, wanted: Readonly<Record<string, unknown>>): string[] {
  const always = byDesign.filter((entry) => entry.type === type).map(({ property }) => property);
  const open = onlyWhenWanted.filter((entry) => entry.type === type && wanted[entry.property] === undefined);
  return [...always, ...open.map(({ property }) => property)];
}

/** Release and launch template versions count only when the file (so the wanted template) names one. */
const onlyWhenWanted: readonly { type: string; property: string }[] = [
  { type: "AWS::EKS::Nodegroup", property: "ReleaseVersion" },
  { type: "AWS::EKS::Nodegroup", property: "Version" },
];

/** True when a difference in this property is no change that a plan should make to the stack. */
export function isByDesign(type: string, property: string, wanted: unknown): boolean {
  if (byDesign.some((entry) => entry.type === type && (entry.property === "*" || entry.property === property)))
    return true;
  return wanted === undefined && onlyWhenWanted.some((entry) => entry.type === type && entry.property === property);
}

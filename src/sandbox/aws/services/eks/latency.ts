// How long EKS takes, virtual seconds: typical values of experience, none of them published by AWS.
export const latency: Readonly<
  Record<
    | "clusterNetwork"
    | "cluster"
    | "clusterDelete"
    | "version"
    | "autoNodesRollback"
    | "config"
    | "quickConfig"
    | "encryption"
    | "nodegroupLaunch"
    | "nodegroup"
    | "nodegroupConfig"
    | "nodegroupRollStep"
    | "nodegroupDrainLook"
    | "nodegroupDrainPatience"
    | "nodegroupDrained"
    | "nodegroupDelete"
    | "fargate"
    | "fargateDelete"
    | "addon"
    | "addonRecheck"
    | "addonPatience"
    | "addonDelete"
    | "identityProvider"
    | "capability",
    number
  >
> = {
  clusterNetwork: 60,
  cluster: 540,
  clusterDelete: 180,
  version: 600,
  /** Auto Mode's nodes go back before the control plane does. */
  autoNodesRollback: 900,
  config: 120,
  quickConfig: 10,
  encryption: 600,
  nodegroupLaunch: 10,
  nodegroup: 150,
  nodegroupConfig: 30,
  nodegroupRollStep: 120,
  nodegroupDrainLook: 30,
  /** Published: pods that haven't left after a quarter of an hour fail an update. */
  nodegroupDrainPatience: 900,
  /** Published: from a node's last pod to the end of its instance. */
  nodegroupDrained: 60,
  nodegroupDelete: 180,
  fargate: 90,
  fargateDelete: 120,
  addon: 30,
  addonRecheck: 60,
  /** An add-on whose pods find no node is degraded after about a quarter of an hour. */
  addonPatience: 900,
  addonDelete: 30,
  identityProvider: 300,
  capability: 60,
};

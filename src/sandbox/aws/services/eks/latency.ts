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

// The root of the definitions: the whole ClusterConfig, and the Platform document that may follow it.
import type { ClusterConfig } from "../model/index.ts";
import { accessConfig } from "./access.ts";
import { addon, addonsConfig, capability, fargateProfile, gitops, karpenter } from "./addons.ts";
import {
  apiServer,
  autoMode,
  cloudWatch,
  controllerManager,
  controlPlaneScaling,
  metadata,
  scheduler,
  secretsEncryption,
  upgradePolicy,
  zonalShift,
} from "./control-plane.ts";
import { document, field, list, of, struct, text } from "./define.ts";
import type { Struct } from "./define.ts";
import { iam, identityMapping, identityProvider } from "./iam.ts";
import { kubernetesNetworkConfig, outpost, privateCluster, remoteNetworkConfig, vpc } from "./network.ts";
import { managedNodeGroup, nodeGroup } from "./nodegroup.ts";

export const clusterConfig: Struct = struct<ClusterConfig>("ClusterConfig", "An EKS cluster, as eksctl describes it.", {
  accessConfig: field(of(accessConfig), "Who may talk to the Kubernetes API."),
  addons: field(list(of(addon)), "EKS add-ons."),
  addonsConfig: field(of(addonsConfig), "How add-ons are handled in general."),
  apiVersion: field(text(), "Always `eksctl.io/v1alpha5`.", {
    required: true,
    anyCase: true,
    constant: "eksctl.io/v1alpha5",
    example: "eksctl.io/v1alpha5",
  }),
  autoModeConfig: field(of(autoMode), "EKS Auto Mode."),
  availabilityZones: field(list(text()), "Zones of the cluster, at least two.", {
    defaultText: "the first three of the region (two in us-east-1)",
    example: ["eu-central-1a", "eu-central-1b"],
  }),
  capabilities: field(list(of(capability)), "Programs that EKS runs for the cluster."),
  cloudWatch: field(of(cloudWatch), "Logs of the control plane."),
  controlPlaneScalingConfig: field(of(controlPlaneScaling), "Size of a provisioned control plane."),
  fargateProfiles: field(list(of(fargateProfile)), "Pods that run on Fargate."),
  gitops: field(of(gitops), "GitOps tools to install."),
  iam: field(of(iam), "IAM roles."),
  iamIdentityMappings: field(list(of(identityMapping)), "Entries of the aws-auth ConfigMap."),
  identityProviders: field(list(of(identityProvider)), "OpenID Connect providers for people."),
  karpenter: field(of(karpenter), "Installs Karpenter."),
  kind: field(text(), "Always `ClusterConfig`.", {
    required: true,
    anyCase: true,
    constant: "ClusterConfig",
    example: "ClusterConfig",
  }),
  kubeAPIServerConfig: field(of(apiServer), "Settings of kube-apiserver."),
  kubeControllerManagerConfig: field(of(controllerManager), "Settings of kube-controller-manager."),
  kubeSchedulerConfig: field(of(scheduler), "Settings of kube-scheduler."),
  kubernetesNetworkConfig: field(of(kubernetesNetworkConfig), "Addresses inside the cluster."),
  localZones: field(list(text()), "Local zones that get subnets too.", { example: ["us-west-2-lax-1a"] }),
  managedNodeGroups: field(list(of(managedNodeGroup)), "Node groups that EKS manages."),
  metadata: field(of(metadata), "Name, place and version.", { required: true }),
  nodeGroups: field(list(of(nodeGroup)), "Self-managed node groups."),
  outpost: field(of(outpost), "A control plane on an Outpost."),
  privateCluster: field(of(privateCluster), "A cluster without any way to the internet."),
  remoteNetworkConfig: field(of(remoteNetworkConfig), "Networks of hybrid nodes."),
  secretsEncryption: field(of(secretsEncryption), "Encryption of Kubernetes secrets with a key of your own."),
  upgradePolicy: field(of(upgradePolicy), "What happens at the end of standard support."),
  vpc: field(of(vpc), "The network."),
  zonalShiftConfig: field(of(zonalShift), "Moving traffic away from an impaired zone."),
  status: field(document, "Written by eksctl; not read.", { readOnly: true }),
});

// How each kind of work is done: the registry of executors.
import type { KubernetesWork, Step, Work } from "../../plan/index.ts";
import type { Crew } from "../crew.ts";
import { deleteAddon, updateAddon } from "./addons.ts";
import { encryptCluster, tagResource, updateCluster, upgradeCluster } from "./cluster.ts";
import { deleteFargateProfile, replaceFargateProfile } from "./fargate.ts";
import { associateProvider, disassociateProvider } from "./identity-providers.ts";
import { applyController, deleteController } from "./kubernetes/controllers.ts";
import { corednsToFargate } from "./kubernetes/coredns.ts";
import { deleteLoadBalancers, drainNodeGroup } from "./kubernetes/drain.ts";
import { awaitNodes, labelNodes } from "./kubernetes/nodes.ts";
import {
  applyServiceAccount,
  createNamespace,
  defaultStorageClass,
  deleteServiceAccount,
  installDevicePlugin,
  mapIdentity,
  unmapNodeRole,
} from "./kubernetes/objects.ts";
import { demandTokens, giveNames, rotateKey, tagEc2 } from "./remedies.ts";
import { rollNodeGroup } from "./rolling.ts";
import { deleteNodeGroup, scaleNodeGroup, updateNodeGroup } from "./node-groups.ts";
import { createObject, retainLogs, unlessGone, updatePodIdentity } from "./objects.ts";
import { deleteStack, ensureStack, newStack, replaceStack, updateStack } from "./stacks.ts";
import { deleteCluster } from "./delete-cluster.ts";

type Executor<D extends Work["do"]> = (crew: Crew, step: Step, work: Extract<Work, { do: D }>) => Promise<void>;

/** Inside the cluster. */
const inside: { [D in KubernetesWork["do"]]: Executor<D> } = {
  "create-namespace": createNamespace,
  "apply-service-account": applyServiceAccount,
  "delete-service-account": deleteServiceAccount,
  "map-identity": mapIdentity,
  "unmap-node-role": unmapNodeRole,
  "coredns-to-fargate": corednsToFargate,
  "install-device-plugin": installDevicePlugin,
  "default-storage-class": defaultStorageClass,
  "apply-controller": applyController,
  "delete-controller": deleteController,
  "await-nodes": awaitNodes,
  "label-nodes": labelNodes,
  "drain-nodegroup": drainNodeGroup,
  "delete-load-balancers": deleteLoadBalancers,
};

/** True for steps whose work is done inside the cluster. */
export const isInside = (step: Step): boolean => step.work !== undefined && step.work.do in inside;

const executors: { [D in Work["do"]]: Executor<D> } = {
  ...inside,
  "create-stack": (crew, step, { stack }) => ensureStack(crew, step, stack),
  "copy-stack": (crew, step, work) => ensureStack(crew, step, work.stack, () => newStack(work)),
  "replace-stack": (crew, step, { stack }) => replaceStack(crew, step, stack),
  "update-stack": updateStack,
  "roll-nodegroup": rollNodeGroup,
  "delete-stack": (crew, step, { stack }) => deleteStack(crew, step, stack),
  "update-cluster": updateCluster,
  "upgrade-cluster": upgradeCluster,
  "encrypt-cluster": encryptCluster,
  "tag-resource": tagResource,
  "scale-nodegroup": scaleNodeGroup,
  "update-nodegroup": updateNodeGroup,
  "create-object": createObject,
  "update-addon": updateAddon,
  "replace-fargate-profile": (crew, step, { object }) => replaceFargateProfile(crew, step, object),
  "update-pod-identity": updatePodIdentity,
  "associate-identity-provider": associateProvider,
  "disassociate-identity-provider": disassociateProvider,
  "demand-tokens": demandTokens,
  "keep-logs": (crew, _step, work) => retainLogs(crew, work),
  "rotate-key": rotateKey,
  "vpc-dns": giveNames,
  "tag-ec2": tagEc2,
  "delete-addon": deleteAddon,
  "delete-fargate-profile": deleteFargateProfile,
  "delete-nodegroup": deleteNodeGroup,
  "delete-pod-identity": ({ aws, cluster }, _step, { associationId }) =>
    unlessGone(aws.call("eks", "DeletePodIdentityAssociation", { clusterName: cluster, associationId })),
  "delete-access-entry": ({ aws, cluster }, _step, { principalArn }) =>
    unlessGone(aws.call("eks", "DeleteAccessEntry", { clusterName: cluster, principalArn })),
  "delete-oidc-provider": ({ aws }, _step, { arn }) =>
    unlessGone(aws.call("iam", "DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn: arn })),
  "delete-key-pair": ({ aws }, _step, { name }) => unlessGone(aws.call("ec2", "DeleteKeyPair", { KeyName: name })),
  "delete-log-group": ({ aws }, _step, { name }) =>
    unlessGone(aws.call("logs", "DeleteLogGroup", { logGroupName: name })),
  "delete-cluster": deleteCluster,
};

/** Carries out a step's work. */
export async function carryOut(crew: Crew, step: Step): Promise<void> {
  if (!step.work) return;
  await executors[step.work.do](crew, step, step.work as never);
}

// Condition keys of EKS's own, from what a request asks for and from the access entry it is about.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
import type {
  AssociateAccessPolicyRequest,
  AssociateEncryptionConfigRequest,
  AssociateIdentityProviderConfigRequest,
  CreateAccessEntryRequest,
  CreateClusterRequest,
  UpdateClusterVersionRequest,
} from "@aws-sdk/client-eks";
import type { Context } from "../../core/index.ts";
import { childKey } from "./lookup.ts";
import { accessEntries } from "./state.ts";

type Value = string | boolean | readonly string[] | undefined;
type Keys = Readonly<Record<string, Value>>;
type Give<Request> = (input: Partial<Request>, ctx: Context) => Keys;

/** Settings of CreateCluster and UpdateClusterConfig. A setting that the request leaves out has no value. */
const ofCluster: Give<CreateClusterRequest> = (input) => ({
  "eks:authenticationMode": input.accessConfig?.authenticationMode,
  "eks:blockStorageEnabled": input.storageConfig?.blockStorage?.enabled,
  "eks:bootstrapClusterCreatorAdminPermissions": input.accessConfig?.bootstrapClusterCreatorAdminPermissions,
  "eks:bootstrapSelfManagedAddons": input.bootstrapSelfManagedAddons,
  "eks:computeConfigEnabled": input.computeConfig?.enabled,
  "eks:controlPlaneEgressMode": input.resourcesVpcConfig?.controlPlaneEgressMode,
  "eks:controlPlaneScalingTier": input.controlPlaneScalingConfig?.tier,
  "eks:deletionProtection": input.deletionProtection,
  "eks:elasticLoadBalancingEnabled": input.kubernetesNetworkConfig?.elasticLoadBalancing?.enabled,
  "eks:encryptionConfigProviderKeyArns": keyArns(input.encryptionConfig),
  "eks:endpointPrivateAccess": input.resourcesVpcConfig?.endpointPrivateAccess,
  "eks:endpointPublicAccess": input.resourcesVpcConfig?.endpointPublicAccess,
  "eks:kubeApiServerConfig": input.kubeApiServerConfig && true,
  "eks:kubeControllerManagerConfig": input.kubeControllerManagerConfig && true,
  "eks:kubeSchedulerConfig": input.kubeSchedulerConfig && true,
  "eks:kubernetesVersion": input.version,
  "eks:supportType": input.upgradePolicy?.supportType,
  "eks:zonalShiftEnabled": input.zonalShiftConfig?.enabled,
  ...Object.fromEntries(
    (input.logging?.clusterLogging ?? []).flatMap(({ types = [], enabled = false }) =>
      types.map((type) => [`eks:loggingType/${type}`, enabled]),
    ),
  ),
});

function keyArns(config: AssociateEncryptionConfigRequest["encryptionConfig"]): Value {
  const arns = (config ?? []).flatMap(({ provider }) => provider?.keyArn ?? []);
  return arns.length > 0 ? arns : undefined;
}

/** Of an entry: what the request says of it, else what it is. */
const ofEntry: Give<CreateAccessEntryRequest> = (input, ctx) => {
  const { clusterName = "", principalArn = "" } = input;
  const row = ctx.table(accessEntries).get(childKey(clusterName, principalArn));
  return {
    "eks:clusterName": clusterName,
    "eks:principalArn": principalArn,
    "eks:accessEntryType": row?.type ?? input.type,
    "eks:kubernetesGroups": input.kubernetesGroups ?? row?.kubernetesGroups,
    "eks:username": input.username ?? row?.username,
  };
};

const ofPolicy: Give<AssociateAccessPolicyRequest> = (input, ctx) => ({
  ...ofEntry(input, ctx),
  "eks:policyArn": input.policyArn,
  "eks:accessScope": input.accessScope?.type,
  "eks:namespaces": input.accessScope?.namespaces,
});

const byOperation: Readonly<Record<string, Give<object>>> = {
  CreateCluster: ofCluster,
  UpdateClusterConfig: ofCluster,
  UpdateClusterVersion: ({ version }: Partial<UpdateClusterVersionRequest>) => ({ "eks:kubernetesVersion": version }),
  AssociateEncryptionConfig: ({ encryptionConfig }: Partial<AssociateEncryptionConfigRequest>) => ({
    "eks:encryptionConfigProviderKeyArns": keyArns(encryptionConfig),
  }),
  AssociateIdentityProviderConfig: ({ oidc }: Partial<AssociateIdentityProviderConfigRequest>) => ({
    "eks:clientId": oidc?.clientId,
    "eks:issuerUrl": oidc?.issuerUrl,
  }),
  CreateAccessEntry: ofEntry,
  DescribeAccessEntry: ofEntry,
  UpdateAccessEntry: ofEntry,
  DeleteAccessEntry: ofEntry,
  ListAssociatedAccessPolicies: ofEntry,
  AssociateAccessPolicy: ofPolicy,
  DisassociateAccessPolicy: ofPolicy,
};

const none: Record<string, string> = Object.freeze({});

/** EKS's own condition keys of a call; keys without a value aren't there, as on AWS. */
export function requestConditions(
  operation: string,
  input: object,
  ctx: Context,
): Record<string, string | readonly string[]> {
  const give = byOperation[operation];
  if (!give) return none;
  const keys = give(input, ctx);
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === "boolean" ? String(value) : value]],
    ),
  );
}

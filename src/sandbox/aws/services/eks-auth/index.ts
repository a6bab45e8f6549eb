// EKS Auth: what the EKS Pod Identity agent of a node asks for credentials of a pod's role.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations_Amazon_EKS_Auth.html
import type { ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { assumeRoleForPodIdentity } from "./assume-role.ts";

export const eksAuth: ServiceDefinition = defineService({
  id: "eks-auth",
  iamPrefix: "eks-auth",
  operations: { AssumeRoleForPodIdentity: assumeRoleForPodIdentity },
});

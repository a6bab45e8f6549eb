// From a cluster to what has to exist: CloudFormation stacks and objects, as eksctl would make them. Pure.
export type {
  DesiredAccessEntry,
  DesiredAddon,
  DesiredAsgTags,
  DesiredAuthMapping,
  DesiredAwsObject,
  DesiredCorednsOnFargate,
  DesiredDevicePlugin,
  DesiredFargateProfile,
  DesiredIdentityProvider,
  DesiredKeyPair,
  DesiredKubernetesObject,
  DesiredLogRetention,
  DesiredObjects,
  DesiredOidcProvider,
  DesiredPodIdentityAssociation,
  DesiredServiceAccount,
  DesiredStack,
  DesiredStacks,
  DesiredSuspendedProcesses,
  Known,
  KnownAddon,
  LateBound,
  RoleReference,
  StackCapability,
  StackKind,
  Tag,
} from "./desired.ts";
export type { Template, TemplateOutput, TemplateResource, TemplateValue } from "./template.ts";
export { desiredObjects } from "./desired-objects.ts";
export { desiredStacks } from "./desired-stacks.ts";
export { stackErrors } from "./errors.ts";
export { eksctlVersion, stackNames, tagKeys } from "./names.ts";
export type { TemplateDifference } from "./compare.ts";
export { compareTemplates, normaliseTemplate, readUserData } from "./compare.ts";
export type { ExportedStack } from "./output.ts";
export { exportStacks, stacksToFiles, stacksToJson, stacksToYaml } from "./output.ts";
export type { Accelerator } from "./nodegroup/ami-type.ts";
export { acceleratorOf } from "./nodegroup/ami-type.ts";
export { desiredFargateStack } from "./cluster/fargate-stack.ts";
export type { Difference } from "./differences.ts";
export { differences } from "./differences.ts";

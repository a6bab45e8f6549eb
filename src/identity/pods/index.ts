// Which role a pod gets and how: what the webhook, the agent and the sandbox share.
export type { AgentAnswer, AgentCredentials, AgentRequest } from "./agent.ts";
export { accountKey, readContainerIdentities, readIdentityConfig } from "./lists.ts";
export { agentCredentials, agentError, agentHosts, agentPath, isAgentAnswer } from "./agent.ts";
export { isFinalError, readAgentRequest } from "./agent.ts";
export { type Annotations, type ServiceAccountIdentity, isRoleArn, readServiceAccount } from "./annotations.ts";
export { type IdentityQuery, type PodIdentity, decideIdentity } from "./decide.ts";
export { type MadeTrust, type TrustPolicy, podIdentityTrust, webIdentityTrust } from "./trust.ts";
export { type PatchOperation, type PodObject, mutatePod } from "./mutate.ts";
export { type PodReview, notUnderstood, passed, patched, readPodReview } from "./admission.ts";
export { type PodToken, podTokenPattern, readPodToken } from "./token.ts";
export { type WebhookSettings, agentLabel, skipLabel, webhookDefaults } from "./settings.ts";

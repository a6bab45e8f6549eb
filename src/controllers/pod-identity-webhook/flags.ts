// Flags of the webhook: names and defaults of amazon-eks-pod-identity-webhook, whose Deployment can be taken over by
// changing its image. https://github.com/aws/amazon-eks-pod-identity-webhook#usage
import { webhookDefaults } from "../../identity/index.ts";
import type { FlagDefinition } from "../frame/index.ts";

const { containerCredentials } = webhookDefaults;

export const webhookFlags: readonly FlagDefinition[] = [
  {
    name: "annotation-prefix",
    kind: "text",
    description: "Before the slash of every annotation",
    default: webhookDefaults.annotationPrefix,
  },
  {
    name: "token-audience",
    kind: "text",
    description: "Audience of tokens where the service account names none",
    default: webhookDefaults.tokenAudience,
  },
  {
    name: "token-mount-path",
    kind: "text",
    description: "Folder of the token in containers",
    default: webhookDefaults.tokenMountPath,
  },
  {
    name: "token-expiration",
    kind: "number",
    description: "Life of tokens in seconds, 600 at least",
    default: webhookDefaults.tokenExpiration,
  },
  {
    name: "aws-default-region",
    kind: "text",
    description: "AWS_REGION and AWS_DEFAULT_REGION of containers; none are set without it",
  },
  {
    name: "sts-regional-endpoint",
    kind: "switch",
    description: "Sets AWS_STS_REGIONAL_ENDPOINTS=regional where the service account doesn't say otherwise",
    default: false,
  },
  {
    name: "compose-role-arn",
    kind: "switch",
    description:
      "Completes role-arn annotations without arn: by the partition and account of the webhook's own identity",
    default: false,
  },
  {
    name: "watch-config-map",
    kind: "switch",
    description: "Takes roles from the ConfigMap pod-identity-webhook in the webhook's namespace as well, key config",
    default: false,
  },
  {
    name: "watch-container-credentials-config",
    kind: "text",
    description: "File with the service accounts whose pods ask an agent for credentials, read anew when it changes",
  },
  {
    name: "container-credentials-audience",
    kind: "text",
    description: "Audience of their tokens",
    default: containerCredentials.audience,
  },
  {
    name: "container-credentials-token-mount-path",
    kind: "text",
    description: "Folder of their token in containers",
    default: containerCredentials.mountPath,
  },
  {
    name: "container-credentials-token-volume-name",
    kind: "text",
    description: "Name of their token's volume",
    default: containerCredentials.volumeName,
  },
  {
    name: "container-credentials-token-path",
    kind: "text",
    description: "File of their token in its folder",
    default: containerCredentials.tokenPath,
  },
  {
    name: "container-credentials-full-uri",
    kind: "text",
    description: "Where they ask",
    default: containerCredentials.fullUri,
  },
  {
    name: "service-account-lookup-grace-period",
    kind: "duration",
    description:
      "How long a pod waits for a service account that the webhook hasn't heard of: the API server is asked for it; 0 doesn't ask",
    default: "1s",
  },
];

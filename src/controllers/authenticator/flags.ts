// Flags of the server, as aws-iam-authenticator spells them, and a few of its own.
import type { FlagDefinition } from "../frame/index.ts";

const text = (name: string, description: string, more: Partial<FlagDefinition> = {}): FlagDefinition => ({
  name,
  kind: "text",
  description,
  ...more,
});

export const authenticatorFlags: readonly FlagDefinition[] = [
  text("config", "configuration file of aws-iam-authenticator", { short: "c" }),
  text("cluster-id", "id that tokens must be signed for", {
    short: "i",
    env: "KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID",
  }),
  text("partition", "partition of AWS; `aws` by default"),
  text("address", "address to listen on; 127.0.0.1 by default"),
  { name: "port", kind: "number", description: "port to listen on; 21362 by default" },
  text("hostname", "name under which the API server reaches the server; localhost by default"),
  text("state-dir", "folder of certificate and key; /var/aws-iam-authenticator by default"),
  text(
    "generate-kubeconfig",
    "the webhook's kubeconfig to write; /etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml by default",
  ),
  {
    name: "kubeconfig-pregenerated",
    kind: "switch",
    description: "the webhook's kubeconfig is there already and stays as it is",
  },
  {
    name: "backend-mode",
    kind: "list",
    description: "sources of mappings in order: MountedFile, EKSConfigMap, CRD, DynamicFile; MountedFile by default",
  },
  text("kubeconfig", "kubeconfig for the backends EKSConfigMap and CRD; in a pod its service account"),
  text("master", "URL of the API server, instead of the kubeconfig's"),
  { name: "ec2-describeInstances-qps", kind: "number", description: "DescribeInstances calls a second; 15 by default" },
  { name: "ec2-describeInstances-burst", kind: "number", description: "such calls at once; 5 by default" },
  {
    name: "peer-status-codes",
    kind: "switch",
    description: "denies with 403 and 429 as aws-iam-authenticator does; the API server's log then lacks the reason",
  },
  {
    name: "sts-endpoint",
    kind: "list",
    description:
      "places that answer for STS besides AWS, for a sandbox: whoever answers there decides who everybody is",
  },
  text("image", "image of `--print static-pod`"),
  text("log-format", "logs are JSON lines, whatever is asked for", { short: "l" }),
  text("feature-gates", "features of aws-iam-authenticator; all of them are there"),
];

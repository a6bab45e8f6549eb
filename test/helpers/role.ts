// What a role of `lotse controller` is started with in tests: a kubeconfig of a cluster, and a process's answers.
import type { Sandbox } from "../../src/sandbox/index.ts";
import { bearerToken } from "../../src/identity/index.ts";
import { senderOf } from "./eks-by-api.ts";

/** A kubeconfig (JSON is YAML) with a token of now, of the account's administrator; good for a quarter of an hour. */
export function kubeconfigText(sandbox: Sandbox, name: string): string {
  const { cluster } = senderOf(sandbox)<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
    "eks",
    "DescribeCluster",
    { name },
  );
  const { credentials, region } = sandbox;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      { name, cluster: { server: cluster.endpoint, "certificate-authority-data": cluster.certificateAuthority.data } },
    ],
    users: [{ name, user: { token: bearerToken({ cluster: name, region, credentials, at: Date.now() }).token } }],
  });
}

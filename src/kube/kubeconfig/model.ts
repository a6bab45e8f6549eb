// A kubeconfig as client-go reads it (k8s.io/client-go/tools/clientcmd/api/v1), as far as lotse makes or reads it.

/** How to reach a cluster. */
export interface KubeconfigCluster {
  server: string;
  /** PEM in base64. */
  "certificate-authority-data"?: string;
  "certificate-authority"?: string;
  "proxy-url"?: string;
  "tls-server-name"?: string;
  "insecure-skip-tls-verify"?: boolean;
}

/** A program that gives a token (client.authentication.k8s.io). */
export interface ExecPlugin {
  apiVersion: string;
  command: string;
  args?: string[];
  env?: { name: string; value: string }[];
  interactiveMode?: "Never" | "IfAvailable" | "Always";
  provideClusterInfo?: boolean;
  installHint?: string;
}

/** Who to be. */
export interface KubeconfigUser {
  exec?: ExecPlugin;
  token?: string;
  tokenFile?: string;
  "client-certificate-data"?: string;
  "client-certificate"?: string;
  "client-key-data"?: string;
  "client-key"?: string;
  username?: string;
  password?: string;
}

export interface KubeconfigContext {
  cluster: string;
  user: string;
  namespace?: string;
}

/** One cluster with one user, as it goes into a file. */
export interface KubeconfigEntry {
  clusterName: string;
  userName: string;
  contextName: string;
  cluster: KubeconfigCluster;
  user: KubeconfigUser;
  /** Makes it the current context. */
  use: boolean;
}

/** A whole file. */
export interface Kubeconfig {
  clusters: readonly { name: string; cluster: KubeconfigCluster }[];
  users: readonly { name: string; user: KubeconfigUser }[];
  contexts: readonly { name: string; context: KubeconfigContext }[];
  currentContext: string | undefined;
}

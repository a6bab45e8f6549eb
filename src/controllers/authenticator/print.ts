// What the server's surroundings need, to be printed: a static pod beside the API server, the API server's flags, the
// webhook's kubeconfig.
import { stringify } from "yaml";
import { LotseError, version } from "../../base/index.ts";
import type { FlagValues, PrintDefinition } from "../frame/index.ts";
import type { Configuration } from "./configuration.ts";
import { readConfiguration } from "./configuration.ts";
import { authenticatorFlags } from "./flags.ts";
import { serverCertificate, webhookKubeconfig, writeWebhookKubeconfig } from "./state-dir.ts";

/** Flags of kube-apiserver that make it ask this server. */
export function apiServerFlags({ generateKubeconfig }: Pick<Configuration, "generateKubeconfig">): string[] {
  return [
    `--authentication-token-webhook-config-file=${generateKubeconfig}`,
    // Both versions are understood; v1 is what the API server will keep.
    "--authentication-token-webhook-version=v1",
    // Answers are remembered for so long, refusals too: somebody who was just mapped waits at most this.
    "--authentication-token-webhook-cache-ttl=2m",
  ];
}

const configFolder = "/etc/aws-iam-authenticator";

/** Flags that stand in the manifest anyway, or are about printing it. */
const placed: ReadonlySet<string> = new Set(["config", "state-dir", "generate-kubeconfig", "port", "image"]);

/** What was given besides: what was meant for the server is meant for the one in the pod. */
function givenWords(flags: FlagValues): string[] {
  return authenticatorFlags.flatMap(({ name, kind }) => {
    if (placed.has(name) || !flags.given(name)) return [];
    return [`--${name}=${kind === "list" ? flags.list(name).join(",") : flags.text(name)}`];
  });
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/")) || "/";

/** Folders of the node that the server reads, each once. */
function readFolders(
  { kubeconfig, dynamicFile, dynamicBackendMode }: Configuration,
  known: readonly string[],
): string[] {
  const files = [kubeconfig, dynamicFile, dynamicBackendMode].filter((file) => file !== undefined);
  return [...new Set(files.map(folderOf))].filter((folder) => !known.includes(folder));
}

/**
 * A static pod: kubelets start it before there is an API server to ask.
 *
 * @throws LotseError `controllers/authenticator-config` for what a static pod can't do
 */
export function staticPod(configuration: Configuration, flags: FlagValues, image: string): object {
  const { stateDir, generateKubeconfig, port, backends, kubeconfig, master } = configuration;
  const asking = backends.filter((backend) => backend === "EKSConfigMap" || backend === "CRD");
  if (asking.length > 0 && kubeconfig === undefined && master === undefined)
    throw new LotseError("controllers/authenticator-config", {
      title: `Backend ${asking.join(", ")} asks the API server, and static pods have no service account to ask it as`,
      remedy:
        "Give --kubeconfig (a file of the control-plane node), or run it by `lotse controller manifests authenticator`",
    });
  const hasFile = flags.optional("config") !== undefined;
  const own = [configFolder, stateDir, folderOf(generateKubeconfig)];
  const volumes = [
    ...(hasFile ? [{ name: "config", path: configFolder, type: "Directory", readOnly: true }] : []),
    { name: "state", path: stateDir, type: "DirectoryOrCreate", readOnly: false },
    { name: "output", path: folderOf(generateKubeconfig), type: "DirectoryOrCreate", readOnly: false },
    ...readFolders(configuration, own).map((path, i) => ({
      name: `files-${i + 1}`,
      path,
      type: "Directory",
      readOnly: true,
    })),
  ];
  const health = { httpGet: { host: "127.0.0.1", path: "/healthz", port: 21_363 } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "aws-iam-authenticator",
      namespace: "kube-system",
      labels: { "k8s-app": "aws-iam-authenticator", "app.kubernetes.io/managed-by": "lotse" },
    },
    spec: {
      hostNetwork: true,
      priorityClassName: "system-node-critical",
      // Files of the control plane's node belong to root; nothing else is root's here.
      securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "aws-iam-authenticator",
          image,
          args: [
            "controller",
            "authenticator",
            ...(hasFile ? [`--config=${configFolder}/config.yaml`] : []),
            `--state-dir=${stateDir}`,
            `--generate-kubeconfig=${generateKubeconfig}`,
            `--port=${port}`,
            ...givenWords(flags),
            "--health-address=127.0.0.1",
          ],
          env: [
            { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
          ],
          livenessProbe: { ...health, periodSeconds: 20, timeoutSeconds: 5 },
          resources: { requests: { cpu: "20m", memory: "80Mi" }, limits: { memory: "200Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: volumes.map(({ name, path, readOnly }) => ({ name, mountPath: path, readOnly })),
        },
      ],
      volumes: volumes.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
    },
  };
}

const yaml = (object: object): string => stringify(object, { lineWidth: 0 });
const configurationOf = (flags: FlagValues): Configuration => readConfiguration(flags);

/** In the order of help. */
export const prints: readonly PrintDefinition[] = [
  {
    name: "static-pod",
    title: "manifest for /etc/kubernetes/manifests of control-plane nodes",
    text: (flags) => yaml(staticPod(configurationOf(flags), flags, flags.text("image") || `lotse:${version}`)),
  },
  {
    name: "api-server-flags",
    title: "flags of kube-apiserver that make it ask this server",
    text: (flags) => `${apiServerFlags(configurationOf(flags)).join("\n")}\n`,
  },
  {
    name: "kubeconfig",
    title: "the webhook's kubeconfig; makes the certificate where there is none",
    text: (flags) => {
      const configuration = configurationOf(flags);
      return webhookKubeconfig(configuration, serverCertificate(configuration).certificate);
    },
  },
  {
    name: "init",
    title: "makes certificate, key and kubeconfig before the server is started, and says where",
    text: (flags) => {
      const configuration = configurationOf(flags);
      writeWebhookKubeconfig(configuration, serverCertificate(configuration).certificate);
      const { stateDir, generateKubeconfig } = configuration;
      return `${stateDir}/cert.pem\n${stateDir}/key.pem\n${generateKubeconfig}\n`;
    },
  },
];

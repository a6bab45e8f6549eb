// Manifests as text: YAML to be applied, or a Helm chart. Both are made of the same objects.
import { stringify } from "yaml";
import { version } from "../../base/index.ts";
import type { RoleDefinition } from "../frame/role.ts";
import { iamPolicyOf, namespaceObjects, objectsOf } from "./objects.ts";
import type { ManifestOptions } from "./options.ts";
import { oldestKubernetes } from "./workload.ts";

const yaml = (object: object): string => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });

function header(role: RoleDefinition): string {
  const lines = [`${role.name}: ${role.title}`];
  const policy = iamPolicyOf(role);
  if (policy) {
    lines.push("The IAM role of its service account needs this policy:");
    lines.push(...JSON.stringify(policy, undefined, 2).split("\n"));
  }
  return lines.map((line) => `# ${line}\n`).join("");
}

/** Everything of some roles as one file of YAML. */
export function renderYaml(roles: readonly RoleDefinition[], options: ManifestOptions): string {
  const documents = [
    ...namespaceObjects(options).map(yaml),
    ...roles.flatMap((role) =>
      objectsOf(role, options).map((object, i) => (i === 0 ? header(role) : "") + yaml(object)),
    ),
  ];
  return documents.join("---\n");
}

/** `pod-identity-webhook` as Helm's values need it: `podIdentityWebhook`. */
export const valueName = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Stands in objects where a template goes that isn't a text: `«.Values.x»`. */
const mark = (template: string): string => `«${template}»`;
/** A map or list of the values, in place of a whole value. */
const block = (path: string): string => mark(`block ${path}`);

/** The objects of a role with templates where values decide. */
function templated(role: RoleDefinition, options: ManifestOptions): object[] {
  const values = `.Values.${valueName(role.name)}`;
  const objects = objectsOf(role, {
    ...options,
    namespace: "{{ .Release.Namespace }}",
    image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}",
    region: "{{ .Values.region }}",
    roleArns: {},
  });
  return objects.map((object) => {
    const { kind } = object as { kind: string };
    if (kind === "ServiceAccount") {
      const { metadata, ...rest } = object as { metadata: object };
      return { ...rest, metadata: { ...metadata, annotations: block(`${values}.serviceAccountAnnotations`) } };
    }
    if (kind !== "Deployment" && kind !== "DaemonSet") return object;
    return templatedWorkload(object as Workload, values);
  });
}

interface Workload {
  spec: {
    replicas?: number | string;
    template: {
      spec: {
        containers: { args: string[]; resources: unknown; imagePullPolicy?: string }[];
        nodeSelector: unknown;
        tolerations?: unknown;
        imagePullSecrets?: unknown;
      };
    };
  };
}

function templatedWorkload(object: Workload, values: string): object {
  const copy = structuredClone(object);
  if (copy.spec.replicas !== undefined) copy.spec.replicas = mark(`${values}.replicas`);
  const pod = copy.spec.template.spec;
  pod.nodeSelector = block(`${values}.nodeSelector`);
  pod.tolerations = block(`${values}.tolerations`);
  pod.imagePullSecrets = block(".Values.imagePullSecrets");
  for (const container of pod.containers) {
    container.imagePullPolicy = "{{ .Values.image.pullPolicy }}";
    container.resources = block(`${values}.resources`);
    container.args.push(mark(`range ${values}.extraArgs`));
  }
  return copy;
}

/** Marks as Helm writes them. */
function asTemplate(text: string): string {
  return text
    .replace(/^( *)- "?«range ([\w.]+)»"?$/gm, "$1{{- range $2 }}\n$1- {{ . | quote }}\n$1{{- end }}")
    .replace(/^( *)([\w-]+): "?«block ([\w.]+)»"?$/gm, (_, indent: string, key: string, path: string) => {
      return `${indent}${key}:\n${indent}  {{- toYaml ${path} | nindent ${indent.length + 2} }}`;
    })
    .replace(/"?«([\w.]+)»"?/g, "{{ $1 }}");
}

function valuesOf(role: RoleDefinition, options: ManifestOptions): object {
  const workload = objectsOf(role, options)
    .map((object) => object as { kind: string } & Workload)
    .find(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
  const pod = workload?.spec.template.spec;
  const arn = options.roleArns?.[role.name];
  return {
    enabled: true,
    ...(workload?.spec.replicas === undefined ? {} : { replicas: workload.spec.replicas }),
    serviceAccountAnnotations: arn === undefined ? {} : { "eks.amazonaws.com/role-arn": arn },
    extraArgs: [],
    resources: pod?.containers[0]?.resources ?? {},
    nodeSelector: pod?.nodeSelector ?? {},
    tolerations: pod?.tolerations ?? [],
  };
}

/** A Helm chart of some roles: files by path inside the chart's folder. */
export function renderChart(roles: readonly RoleDefinition[], options: ManifestOptions): Map<string, string> {
  const at = options.image.lastIndexOf(":");
  const [repository, tag] = [options.image.slice(0, at), options.image.slice(at + 1)];
  const files = new Map([
    [
      "Chart.yaml",
      yaml({
        apiVersion: "v2",
        name: "lotse",
        description: "Roles of lotse: identity between AWS and Kubernetes",
        type: "application",
        version,
        appVersion: version,
        kubeVersion: `>=${oldestKubernetes(roles)}.0-0`,
      }),
    ],
    [
      "values.yaml",
      yaml({
        image: { repository, tag: tag === version ? "" : tag, pullPolicy: "IfNotPresent" },
        imagePullSecrets: [],
        region: options.region ?? "",
        ...Object.fromEntries(roles.map((role) => [valueName(role.name), valuesOf(role, options)])),
      }),
    ],
  ]);
  for (const role of roles) {
    const documents = templated(role, options).map((object) => asTemplate(yaml(object)));
    const body = `${header(role)}${documents.join("---\n")}`;
    files.set(`templates/${role.name}.yaml`, `{{- if .Values.${valueName(role.name)}.enabled }}\n${body}{{- end }}\n`);
  }
  return files;
}

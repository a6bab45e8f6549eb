// The variables of a container as its kubelet would set them, and what of the caller's environment goes with them.
import type { Container, ExecPod, Variable } from "./pod.ts";
import { fieldOf, resourceOf } from "./pod.ts";

/** Contents of ConfigMaps and Secrets; undefined for those that aren't there. */
export interface Contents {
  configMap(name: string): Readonly<Record<string, string>> | undefined;
  secret(name: string): Readonly<Record<string, string>> | undefined;
}

/** `$(NAME)` becomes the value of an earlier variable, `$$(NAME)` stays `$(NAME)`; what isn't known stays. */
function expanded(text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    whole === "$$" ? "$" : (known.get(name ?? "") ?? whole),
  );
}

function referenced(variable: Variable, pod: ExecPod, container: Container, contents: Contents): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  if (fieldRef) return fieldOf(pod, fieldRef.fieldPath);
  if (resourceFieldRef) return resourceOf(pod, container, resourceFieldRef);
  if (configMapKeyRef) return contents.configMap(configMapKeyRef.name ?? "")?.[configMapKeyRef.key];
  return secretKeyRef && contents.secret(secretKeyRef.name ?? "")?.[secretKeyRef.key];
}

/** Variables of a container. One whose source isn't there is left out. */
export function containerVariables(
  pod: ExecPod,
  container: Container,
  contents: Contents,
): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const source = configMapRef ? contents.configMap(configMapRef.name ?? "") : contents.secret(secretRef?.name ?? "");
    for (const [key, value] of Object.entries(source ?? {})) result.set(`${prefix}${key}`, value);
  }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? referenced(variable, pod, container, contents)
      : expanded(variable.value ?? "", result);
    if (value !== undefined) result.set(variable.name, value);
  }
  return result;
}

/** What the command is told, besides the container's variables. */
export interface EnvironmentOptions {
  caller: Readonly<Record<string, string | undefined>>;
  /** The container's, with paths of this machine. */
  variables: ReadonlyMap<string, string>;
  /** The sandbox. */
  endpoint: string;
  /** Where neither the container nor the caller names one. */
  region: string;
  /** Address of the instance's metadata service on this machine. */
  metadata: string;
  /** An empty file: no pod has the profiles of whoever calls. */
  noProfiles: string;
  /** An empty folder: the AWS CLI keeps credentials of roles under its user's home, whichever pod got them. */
  home: string;
  /** Of the API server on 127.0.0.1. */
  port: number;
  hostName: string;
}

const regionNames = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/** Of the caller's AWS variables these alone are kept. */
const kept: readonly string[] = [...regionNames, "AWS_PAGER"];
/** Where programs of this machine and their files are: the caller's, whatever the image has. */
const callers: readonly string[] = ["PATH", "TMPDIR", "USER", "LOGNAME", "SHELL", "TERM"];
const proxies: readonly string[] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

/** Legacy settings of boto hold credentials too. */
const isForeign = (name: string): boolean => /^(AWS_|AMAZON_|BOTO_CONFIG$|EC2_(ACCESS|SECRET)_KEY$)/i.test(name);

/** The command's whole environment. */
export function commandEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { caller, variables, region } = options;
  const result = new Map<string, string>();
  const podHasRegion = regionNames.some((name) => variables.has(name));
  for (const [name, value] of Object.entries(caller)) {
    if (value === undefined || (isForeign(name) && !kept.includes(name))) continue;
    if (podHasRegion && regionNames.includes(name)) continue;
    result.set(name, value);
  }
  if (!podHasRegion && !regionNames.some((name) => result.get(name)))
    for (const name of regionNames) result.set(name, region);
  for (const [name, value] of Object.entries({
    HOSTNAME: options.hostName,
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(options.port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(options.port),
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_CONFIG_FILE: options.noProfiles,
    AWS_SHARED_CREDENTIALS_FILE: options.noProfiles,
  }))
    result.set(name, value);
  for (const [name, value] of variables) if (!callers.includes(name)) result.set(name, value);
  for (const name of ["HOME", "USERPROFILE"]) if (name === "HOME" || result.has(name)) result.set(name, options.home);
  result.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", options.metadata);
  // Everything that stands in for AWS is on this machine.
  if (proxies.some((name) => result.get(name)))
    for (const name of ["NO_PROXY", "no_proxy"])
      result.set(name, [result.get(name), "127.0.0.1", "localhost"].filter(Boolean).join(","));
  return Object.fromEntries(result);
}

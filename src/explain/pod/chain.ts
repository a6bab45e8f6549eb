// Which credentials a process in a container gets: the SDKs' own order, as far as it is common to all of them.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
import type { Step } from "../explanation.ts";
import { isRead, valueOf } from "../explanation.ts";
import type { Environment, TokenFile } from "./environment.ts";
import { environmentOf, tokenAt } from "./environment.ts";
import type { ContainerFacts, PodWorld } from "./world.ts";

/** Where credentials come from. */
export type CredentialSource =
  | { kind: "web-identity"; roleArn: string; token: TokenFile; sessionName: string | undefined }
  | { kind: "pod-identity"; token: TokenFile }
  /** Neither variables nor files: whatever answers at the metadata address. */
  | { kind: "metadata" }
  /** An SDK tries this source and fails. */
  | { kind: "broken"; why: string }
  /** Something that isn't looked into: keys in variables, a profile, another endpoint. */
  | { kind: "opaque"; why: string };

/** The source and the steps to it. */
export interface ChainResult {
  source: CredentialSource;
  steps: readonly Step[];
  environment: Environment;
}

/** Addresses of the Pod Identity agent. */
export const agentHosts: readonly string[] = ["169.254.170.23", "[fd00:ec2::23]"];
/** Audience of tokens for it. */
export const agentAudience = "pods.eks.amazonaws.com";

interface Link {
  source?: CredentialSource;
  step?: Step;
}

const note = (code: string, text: string, fact?: string): Step => ({
  code,
  outcome: "note",
  text,
  ...(fact === undefined ? {} : { fact }),
});

/** The variables as one fact: `AWS_ROLE_ARN=…`. */
const shown = (...pairs: readonly (readonly [string, string | undefined])[]): string =>
  pairs.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(" ");

function profile(env: Environment): Link {
  for (const name of ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"]) {
    const value = env(name);
    if (isRead(value) && value.value === undefined) continue;
    const why = isRead(value)
      ? `${name}=${value.value}: a profile may bring credentials, and files aren't looked into`
      : `${name} may be set: ${value.unread}`;
    return { source: { kind: "opaque", why }, step: note("explain/profile", why) };
  }
  return {};
}

function keys(env: Environment): Link {
  const [id, secret] = [env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY")];
  const set = [id, secret].filter((each) => !isRead(each) || each.value !== undefined);
  if (set.length === 0) return {};
  const closed = [id, secret].find((each) => !isRead(each));
  const complete = set.length === 2;
  const why = complete
    ? `AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY come first for every SDK; whose they are isn't looked up${closed && !isRead(closed) ? ` (${closed.unread})` : ""}`
    : "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set: the AWS CLI and boto3 stop there, other SDKs go on";
  return { source: { kind: "opaque", why }, step: note(complete ? "explain/env-keys" : "explain/env-keys-half", why) };
}

function tokenProblem(path: string, token: TokenFile | "other" | undefined): string | undefined {
  if (token === undefined) return `no token is mounted at ${path}`;
  return token === "other" ? `what is mounted at ${path} is no token of the service account` : undefined;
}

function webIdentity(env: Environment, container: ContainerFacts, { pod }: PodWorld): Link {
  const [role, file] = [env("AWS_ROLE_ARN"), env("AWS_WEB_IDENTITY_TOKEN_FILE")];
  for (const each of [role, file]) {
    if (isRead(each)) continue;
    const why = `AWS_ROLE_ARN or AWS_WEB_IDENTITY_TOKEN_FILE may be set: ${each.unread}`;
    return { source: { kind: "opaque", why }, step: note("explain/env-closed", why) };
  }
  const [roleArn, path] = [valueOf(role), valueOf(file)];
  if (roleArn === undefined && path === undefined) return {};
  const fact = shown(["AWS_ROLE_ARN", roleArn], ["AWS_WEB_IDENTITY_TOKEN_FILE", path]);
  if (path === undefined)
    return {
      step: note("explain/web-identity-half", "AWS_ROLE_ARN alone gives nothing: no token file is named", fact),
    };
  if (roleArn === undefined) {
    const why = "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN: SDKs don't know which role to assume";
    return { source: { kind: "broken", why }, step: note("explain/web-identity-half", why, fact) };
  }
  const token = tokenAt(path, container, pod);
  const problem = tokenProblem(path, token);
  if (problem !== undefined || token === undefined || token === "other") {
    const kind = token === "other" ? "opaque" : "broken";
    const why = problem ?? "";
    return { source: { kind, why }, step: note("explain/token-file", why, fact) };
  }
  const named = env("AWS_ROLE_SESSION_NAME");
  return {
    source: { kind: "web-identity", roleArn, token, sessionName: valueOf(named) },
    step: note("explain/web-identity", `The SDK uses the service account's token (IRSA) to assume ${roleArn}`, fact),
  };
}

function hostOf(uri: string): string | undefined {
  try {
    return new URL(uri).host;
  } catch {
    // No URL at all: told as such by the caller.
    return undefined;
  }
}

function containerCredentials(env: Environment, container: ContainerFacts, { pod }: PodWorld): Link {
  const names = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"] as const;
  const [relative, full] = names.map(env);
  for (const each of [relative, full]) {
    if (!each || isRead(each)) continue;
    const why = `${names.join(" or ")} may be set: ${each.unread}`;
    return { source: { kind: "opaque", why }, step: note("explain/env-closed", why) };
  }
  if (relative && valueOf(relative) !== undefined) {
    const why = `${names[0]}=${valueOf(relative)} asks ECS, which isn't there in a cluster`;
    return { source: { kind: "broken", why }, step: note("explain/container-uri", why) };
  }
  const uri = full && valueOf(full);
  if (uri === undefined) return {};
  const file = env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const path = valueOf(file);
  const fact = shown([names[1], uri], ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path]);
  if (!agentHosts.includes(hostOf(uri) ?? "") || new URL(uri).pathname !== "/v1/credentials") {
    const why = `${uri} isn't the EKS Pod Identity agent; what answers there isn't known`;
    return { source: { kind: "opaque", why }, step: note("explain/container-uri", why, fact) };
  }
  if (!isRead(file)) {
    const why = `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${file.unread}`;
    return { source: { kind: "opaque", why }, step: note("explain/env-closed", why) };
  }
  const token = path === undefined ? undefined : tokenAt(path, container, pod);
  if (token === undefined || token === "other") {
    const why =
      path === undefined ? "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE isn't set" : (tokenProblem(path, token) ?? "");
    const kind = token === "other" ? "opaque" : "broken";
    return { source: { kind, why }, step: note("explain/token-file", why, fact) };
  }
  return {
    source: { kind: "pod-identity", token },
    step: note("explain/pod-identity", "The SDK asks the EKS Pod Identity agent of the node for credentials", fact),
  };
}

function metadataSwitch(env: Environment): Link {
  const value = env("AWS_EC2_METADATA_DISABLED");
  if (!isRead(value)) {
    const why = `AWS_EC2_METADATA_DISABLED may be set: ${value.unread}`;
    return { source: { kind: "opaque", why }, step: note("explain/env-closed", why) };
  }
  if (value.value?.toLowerCase() !== "true") return {};
  const why = "AWS_EC2_METADATA_DISABLED=true keeps SDKs from the metadata service, and nothing else gives credentials";
  return { source: { kind: "broken", why }, step: note("explain/metadata-disabled", why) };
}

/** Walks the chain. What a variable turns up, the rest is no longer asked. */
export function credentialsOf(world: PodWorld, container: ContainerFacts): ChainResult {
  const environment = environmentOf(container, world.pod, world.sources);
  const steps: Step[] = [];
  const links: readonly (() => Link)[] = [
    () => profile(environment),
    () => keys(environment),
    () => webIdentity(environment, container, world),
    () => containerCredentials(environment, container, world),
    () => metadataSwitch(environment),
  ];
  for (const link of links) {
    const { source, step } = link();
    if (step) steps.push(step);
    if (source) return { source, steps, environment };
  }
  steps.push(
    note(
      "explain/no-variables",
      "No variable of the container leads to credentials; SDKs ask the metadata service at 169.254.169.254 last",
    ),
  );
  return { source: { kind: "metadata" }, steps, environment };
}

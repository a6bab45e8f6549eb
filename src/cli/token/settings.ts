// From what is asked for and the environment to what a token is made of.
import { LotseError } from "../../base/index.ts";
import { stsHost } from "../../identity/index.ts";
import { environmentCredentials } from "../environment-credentials.ts";
import type { EnvironmentCredentials } from "../environment-credentials.ts";
import type { TokenKey } from "./cache.ts";
import { chainFingerprint, profileSettings } from "./profile-files.ts";
import type { TokenRequest } from "./request.ts";

/** A role to assume before signing. */
export interface RoleSettings {
  arn: string;
  externalId?: string;
  sessionName?: string;
  /** Take the session name of whoever assumes it. */
  forwardSessionName: boolean;
}

/** Everything that decides about the token. */
export interface TokenSettings {
  cluster: string;
  region: string;
  /** Of STS. */
  endpoint: string;
  /** Whether the endpoint is not AWS's own: then calls go there as well. */
  custom: boolean;
  profile?: string;
  /** Keys that need no SDK. */
  credentials?: EnvironmentCredentials;
  role?: RoleSettings;
  key: TokenKey;
}

type Environment = Readonly<Record<string, string | undefined>>;

const usage = (title: string, remedy: string): LotseError => new LotseError("cli/usage", { title, remedy });

function roleOf({
  roleArn,
  externalId,
  sessionName,
  forwardSessionName = false,
}: TokenRequest): RoleSettings | undefined {
  if (roleArn === undefined || roleArn === "") return undefined;
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/./.test(roleArn))
    throw usage(`${JSON.stringify(roleArn)} is no role`, "Give it as arn:aws:iam::111122223333:role/name.");
  if (sessionName !== undefined && forwardSessionName)
    throw usage("--session-name and --forward-session-name contradict each other", "Leave one of them out.");
  if (sessionName !== undefined && !/^[\w+=,.@-]{2,64}$/.test(sessionName))
    throw usage(
      `${JSON.stringify(sessionName)} is no session name`,
      "Use 2 to 64 letters, digits and characters of _+=,.@-",
    );
  return {
    arn: roleArn,
    forwardSessionName,
    ...(externalId === undefined ? {} : { externalId }),
    ...(sessionName === undefined ? {} : { sessionName }),
  };
}

/** Where STS is, if not at AWS's own host; the order is that of the AWS CLI. */
function customEndpoint(
  request: TokenRequest,
  env: Environment,
  settings: () => Readonly<Record<string, string>>,
): string {
  if (request.endpointUrl !== undefined) return request.endpointUrl;
  if (env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true") return "";
  return env["AWS_ENDPOINT_URL_STS"] || env["AWS_ENDPOINT_URL"] || settings()["endpoint_url"] || "";
}

/**
 * Puts them together. Reads ~/.aws/config only where the environment leaves something open.
 *
 * @throws LotseError `cli/usage`
 */
export function tokenSettings(request: TokenRequest, env: Environment): TokenSettings {
  const { cluster } = request;
  if (!/^[\x21-\x7e]{1,256}$/.test(cluster))
    throw usage(`${JSON.stringify(cluster)} is no name of a cluster`, "Give the name that `lotse get cluster` shows.");
  // An empty --profile or AWS_PROFILE is none.
  const asked = request.profile || undefined;
  const credentials = asked === undefined ? environmentCredentials(env) : undefined;
  const profile = asked ?? (credentials ? undefined : env["AWS_PROFILE"] || undefined);
  let read: Readonly<Record<string, string>> | undefined;
  const settings = (): Readonly<Record<string, string>> =>
    (read ??= profileSettings(profile ?? env["AWS_PROFILE"] ?? env["AWS_DEFAULT_PROFILE"] ?? "default", env));
  const region = request.region || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || settings()["region"];
  if (!region || !/^[a-z0-9-]+$/i.test(region))
    throw usage(
      region ? `${JSON.stringify(region)} is no region of AWS` : "No region is known",
      "Give --region, AWS_REGION, or a region in the profile.",
    );
  const custom = customEndpoint(request, env, settings);
  if (custom !== "" && !/^https?:\/\/[^/]/.test(custom))
    throw usage(`${JSON.stringify(custom)} is no endpoint URL`, "Write it as http://host:port or https://host.");
  const endpoint = custom || `https://${stsHost(region)}`;
  const role = roleOf(request);
  const principal = credentials ? `key ${credentials.accessKeyId}` : `chain ${chainFingerprint(profile, env)}`;
  return {
    cluster,
    region,
    endpoint,
    custom: custom !== "",
    ...(profile === undefined ? {} : { profile }),
    ...(credentials ? { credentials } : {}),
    ...(role ? { role } : {}),
    key: {
      endpoint,
      region,
      cluster,
      ...(role
        ? { role: [role.arn, role.externalId ?? null, role.sessionName ?? null, String(role.forwardSessionName)] }
        : {}),
      principal,
    },
  };
}

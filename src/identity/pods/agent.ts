// What the EKS Pod Identity agent of a node says to SDKs: the token that comes in, credentials or a refusal that go out.
// https://github.com/aws/eks-pod-identity-agent (pkg/handlers, internal/validation)
import { readPodToken } from "./token.ts";

/** Addresses that SDKs ask the agent at; other names of the same node are refused, so that pages can't reach it. */
export const agentHosts: readonly string[] = ["169.254.170.23", "fd00:ec2::23"];

/** Path of the credentials. */
export const agentPath = "/v1/credentials";

/** Credentials for a pod. */
export interface AgentCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Epoch milliseconds. */
  expires: number;
  /** Account of the role. */
  account: string;
}

/** An answer of the agent. */
export interface AgentAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** A request, as far as the agent looks at it. */
export interface AgentRequest {
  /** The header, as it came. */
  host: string | undefined;
  /** The header: the bare token, without a word before it. */
  authorization: string | undefined;
  /** Epoch milliseconds. */
  now: number;
  /** Names that the agent may be called by; default {@link agentHosts}. */
  hosts?: readonly string[];
}

const plain = (status: number, text: string): AgentAnswer => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${text}\n`,
});

/** Without brackets and port. */
function hostName(host: string): string {
  const inBrackets = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1];
  if (inBrackets !== undefined) return inBrackets;
  return host.split(":").length === 2 ? (host.split(":")[0] ?? "") : host;
}

const seconds = (time: number): string => new Date(time * 1000).toISOString().replace(".000Z", "Z");

/** What is wrong with a token's times; its signature is EKS's matter. */
function timeProblem(
  { expires, notBefore }: { expires?: number; notBefore?: number },
  now: number,
): string | undefined {
  if (expires === undefined) return "the token has no expiry";
  if (now >= expires * 1000) return `token is expired since ${seconds(expires)}`;
  if (notBefore !== undefined && now < notBefore * 1000) return `token is not valid before ${seconds(notBefore)}`;
  return undefined;
}

/** The token of a request that EKS may be asked about; else the refusal. */
export function readAgentRequest(request: AgentRequest): { token: string; expires: number } | AgentAnswer {
  const { authorization, now, hosts = agentHosts } = request;
  const host = hostName(request.host ?? "");
  if (!hosts.includes(host)) {
    const names = hosts.join(" ");
    return plain(
      403,
      `Access Denied. Called agent through invalid address, please use either [${names}] address not ${host.slice(0, 100)}`,
    );
  }
  const token = authorization?.trim() ?? "";
  if (token === "") return plain(400, "Service account token cannot be empty");
  const claims = readPodToken(token);
  if (!claims) return plain(400, "Service account token cannot be parsed: it is no token of a service account");
  const problem = timeProblem(claims, now);
  if (problem !== undefined) return plain(400, `Service account token failed basic claim validations: ${problem}`);
  return { token, expires: (claims.expires ?? 0) * 1000 };
}

/** Tells a refusal from a token. */
export function isAgentAnswer(value: { token: string } | AgentAnswer): value is AgentAnswer {
  return "status" in value;
}

/** Credentials, as SDKs read them. */
export function agentCredentials(given: AgentCredentials): AgentAnswer {
  const body = {
    AccessKeyId: given.accessKeyId,
    SecretAccessKey: given.secretAccessKey,
    Token: given.sessionToken,
    AccountId: given.account,
    Expiration: new Date(given.expires).toISOString(),
  };
  return { status: 200, contentType: "application/json", body: JSON.stringify(body) };
}

/** An error of EKS Auth, handed on. */
export function agentError(requestId: string, error: { code: string; message: string; status: number }): AgentAnswer {
  const fault = error.status >= 500 ? "server" : "client";
  return plain(error.status, `[${requestId}]: (${error.code}): ${error.message}, fault: ${fault}`);
}

/** Errors after which nothing that was cached for a token counts any more. */
export function isFinalError(code: string): boolean {
  return /^(ResourceNotFound|ExpiredToken|InvalidToken|AccessDenied)Exception$/.test(code);
}

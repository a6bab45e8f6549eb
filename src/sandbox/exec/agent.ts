// The EKS Pod Identity agent of a pod's node, on this machine's loopback.
import { randomUUID } from "node:crypto";
import { agentCredentials, agentError, agentPath, isAgentAnswer, readAgentRequest } from "../../identity/index.ts";
import type { PodCredentials } from "./answers.ts";
import type { LoopbackHandler } from "./loopback.ts";

/** Answers as the agent does; `ask` is its call to EKS Auth. */
export function agentService(ask: (token: string) => Promise<PodCredentials>): LoopbackHandler {
  return async (request) => {
    const [path] = (request.url ?? "").split("?");
    if (path !== agentPath) return { status: 404, body: "404 page not found\n" };
    const { host, authorization } = request.headers;
    const read = readAgentRequest({ host, authorization, now: Date.now(), hosts: ["127.0.0.1", "localhost"] });
    if (isAgentAnswer(read)) return read;
    const answer = await ask(read.token);
    if ("code" in answer) return agentError(randomUUID(), answer);
    return agentCredentials({ ...answer.credentials, account: answer.account });
  };
}

// The sandbox's own HTTP endpoints under /_lotse/: for the command line, and for tests in other languages.
import { isLotseError, version } from "../base/index.ts";
import type { FaultRule } from "./aws/faults.ts";
import { cloudTrailRecord } from "./aws/trail.ts";
import { clusterDoor, instanceFacts, podCredentials } from "./exec/answers.ts";
import type { ClusterStatus } from "./kube/index.ts";
import type { WireRequest, WireResponse } from "./aws/wire/index.ts";
import { bodyText, parseQuery } from "./aws/wire/index.ts";
import { answerOidc, oidcPrefix } from "./oidc.ts";
import type { CredentialMode, Sandbox } from "./sandbox.ts";

export const adminPrefix = "/_lotse/";
/** Where test suites that were written for moto's server ask for an empty account. */
const motoReset = "POST /moto-api/reset";

/** True for paths that are the sandbox's own, not AWS's. */
export function isAdminPath(path: string): boolean {
  return path.startsWith(adminPrefix) || path === "/moto-api/reset";
}

/** What `GET /_lotse/status` answers. */
export interface SandboxStatus {
  version: string;
  pid: number;
  endpoint: string;
  account: string;
  region: string;
  clock: string;
  /** Whose access keys are taken: `strict` or `any`. */
  credentials: CredentialMode;
  /** Quotas other than AWS's. */
  quotas: Readonly<Record<string, number>>;
  /** Virtual time, ISO-8601. */
  time: string;
  /** Rows of state. */
  rows: number;
  /** Requests for what isn't emulated, by what was asked for. */
  missing: Record<string, number>;
  faults: number;
  /** What the clusters behind emulated EKS are doing. */
  kubernetes: readonly ClusterStatus[] | "off";
  /** True when it is a proxy for AWS's host names too. */
  proxy: boolean;
  /** What of the saved state was found damaged and left out. */
  damage?: string;
  /** Set while the state can't be written to disk. */
  problem?: string;
}

/** Told by whoever keeps the process: a daemon stops itself, a sandbox inside of a test doesn't. */
export interface AdminOptions {
  stop?: () => void;
}

interface AdminCall {
  sandbox: Sandbox;
  options: AdminOptions;
  body: string;
  query: (name: string) => string | undefined;
}

type AdminAction = (call: AdminCall) => unknown;

function statusOf({ sandbox }: AdminCall): SandboxStatus {
  const { mode } = sandbox.clock;
  let rows = 0;
  for (const _ of sandbox.cloud.store.dump()) rows += 1;
  return {
    version,
    pid: process.pid,
    endpoint: sandbox.endpoint,
    account: sandbox.account,
    region: sandbox.region,
    clock: mode.kind === "scaled" ? `scaled:${mode.factor}` : mode.kind,
    credentials: sandbox.credentialMode,
    quotas: sandbox.quotas,
    time: new Date(sandbox.clock.now()).toISOString(),
    rows,
    missing: Object.fromEntries(sandbox.missing),
    faults: sandbox.faults.list().length,
    kubernetes: sandbox.kubernetes?.status() ?? "off",
    proxy: sandbox.proxyAuthority !== undefined,
    ...(sandbox.damage === undefined ? {} : { damage: sandbox.damage }),
    ...(sandbox.problem ? { problem: sandbox.problem.message } : {}),
  };
}

function eventsOf({ sandbox, query }: AdminCall): unknown {
  const limit = Math.min(Math.max(Number(query("limit") ?? 50) || 50, 1), 10_000);
  const writesOnly = query("writes") === "true";
  const rows = sandbox.trail(query("region")).filter((row) => !writesOnly || !row.readOnly);
  return rows.slice(0, limit).map(cloudTrailRecord);
}

function advance({ sandbox, body }: AdminCall): unknown {
  const { seconds } = JSON.parse(body || "{}") as { seconds?: unknown };
  if (seconds === "end") sandbox.clock.settle();
  else if (typeof seconds === "number" && seconds >= 0 && Number.isFinite(seconds)) sandbox.advance(seconds);
  else throw new SyntaxError('give {"seconds": 60}, or {"seconds": "end"} to finish everything that is under way');
  return { time: new Date(sandbox.clock.now()).toISOString() };
}

/** Writes what isn't on disk yet; the reason when that can't be. */
function lastWrite(sandbox: Sandbox): string | undefined {
  try {
    sandbox.flush();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Method and path of each; the reference page lists them from here. */
export const adminEndpoints: Readonly<Record<string, AdminAction>> = {
  "GET status": statusOf,
  "POST reset": ({ sandbox }) => {
    sandbox.reset();
    return {};
  },
  "GET save": ({ sandbox }) => sandbox.save(),
  "POST load": ({ sandbox, body }) => {
    sandbox.load(body);
    return {};
  },
  "GET events": eventsOf,
  "GET faults": ({ sandbox }) => sandbox.faults.list(),
  "POST faults": ({ sandbox, body }) => sandbox.faults.add(JSON.parse(body) as FaultRule),
  "DELETE faults": ({ sandbox, query }) => ({ removed: sandbox.faults.remove(query("id")) }),
  "POST advance": advance,
  "GET cluster-door": ({ sandbox, query }) =>
    clusterDoor(sandbox.cloud, sandbox.kubernetes?.status(), { name: query("name"), region: query("region") }),
  "GET instance": ({ sandbox, query }) =>
    instanceFacts(sandbox.cloud, {
      account: query("account") ?? sandbox.account,
      region: query("region") ?? sandbox.region,
      instance: query("id") ?? "",
    }) ?? {},
  "POST pod-credentials": ({ sandbox, body }) =>
    podCredentials(sandbox.cloud, JSON.parse(body) as Parameters<typeof podCredentials>[1]),
  "POST stop": ({ sandbox, options }) => {
    if (!options.stop) throw new SyntaxError("this sandbox belongs to a process that runs it; stop that");
    const problem = lastWrite(sandbox);
    options.stop();
    return problem ? { problem } : {};
  },
};

function answer(status: number, value: unknown): WireResponse {
  const text = typeof value === "string" ? value : `${JSON.stringify(value, undefined, 2)}\n`;
  const type = typeof value === "string" ? "application/x-ndjson" : "application/json";
  return { status, headers: { "content-type": type }, body: text };
}

/** Answers a request for which {@link isAdminPath} holds. */
export function answerAdmin(request: WireRequest, sandbox: Sandbox, options: AdminOptions): WireResponse {
  if (request.path.startsWith(oidcPrefix) && request.method === "GET")
    return answerOidc(sandbox.cloud, request.path.slice(oidcPrefix.length));
  const asked = `${request.method} ${request.path}`;
  const name = asked === motoReset ? "POST reset" : asked.replace(adminPrefix, "").replace(/\/$/, "");
  const action = Object.hasOwn(adminEndpoints, name) ? adminEndpoints[name] : undefined;
  if (!action) {
    const known = Object.keys(adminEndpoints).map((each) => each.replace(" ", ` ${adminPrefix}`));
    return answer(404, { error: `no ${name}`, known });
  }
  const parameters = parseQuery(request.query);
  const query = (key: string): string | undefined => parameters.find(([each]) => each === key)?.[1];
  try {
    return answer(200, action({ sandbox, options, body: bodyText(request.body), query }));
  } catch (error) {
    if (isLotseError(error)) return answer(400, { error: error.message, ...error.diagnostic });
    if (error instanceof SyntaxError) return answer(400, { error: error.message });
    return answer(500, { error: error instanceof Error ? error.message : String(error) });
  }
}

// createSandbox: an emulated AWS account in this process, for tests and rehearsals.
import { join } from "node:path";
import { errorMessage, LotseError } from "../base/index.ts";
import type { AdminOptions } from "./admin.ts";
import { answerAdmin, isAdminPath } from "./admin.ts";
import type { AccessGuard, AccessMode } from "./aws/access/index.ts";
import { accessGuard } from "./aws/access/index.ts";
import { administratorKey, administratorOf } from "./aws/administrator.ts";
import type { Clock, ClockMode } from "./aws/core/index.ts";
import { Cloud, partitionOf, SerialIds, Store } from "./aws/core/index.ts";
import { createDispatcher } from "./aws/dispatcher.ts";
import type { Faults } from "./aws/faults.ts";
import { createFaults } from "./aws/faults.ts";
import type { SdkRequestHandler } from "./aws/gateway/in-process.ts";
import { inProcessHandler } from "./aws/gateway/in-process.ts";
import type { Gateway } from "./aws/gateway/server.ts";
import { openGateway } from "./aws/gateway/server.ts";
import { composeGuards } from "./aws/guards.ts";
import { services } from "./aws/services/index.ts";
import type { TrailRow } from "./aws/trail.ts";
import { trailGuards, trailOf } from "./aws/trail.ts";
import type { KubernetesHost, KubernetesMode, KubernetesOptions } from "./kube/index.ts";
import { openKubernetes } from "./kube/index.ts";
import { checkQuotas } from "./quotas.ts";
import { answerOidc } from "./oidc.ts";
import type { ProxyAuthority } from "./proxy/index.ts";
import { issuerRegion, openTunnel, proxyAuthority } from "./proxy/index.ts";
import { readSnapshot } from "./state/format.ts";
import { inFolder } from "./state/folder.ts";
import type { Journal } from "./state/journal.ts";
import { dumpState, openJournal } from "./state/journal.ts";

/** What an emulated account is born with. */
export interface SandboxOptions {
  /** How virtual time moves; default `poll`. See {@link ClockMode}. */
  clock?: ClockMode | ClockMode["kind"];
  /** Ids and fault dice repeat with the same seed; default 1. */
  seed?: number;
  /** Virtual time at birth, epoch ms; default now. */
  start?: number;
  /** Default `123456789012`. */
  account?: string;
  /** Of the default caller; default `eu-central-1`. Every region is there. */
  region?: string;
  /** An HTTP endpoint on 127.0.0.1; default true, on a free port. SDK clients of this process work without. */
  listen?: boolean | { port: number };
  /** Whether IAM policies decide; default `enforce`. The account's administrator may do everything. See {@link AccessMode}. */
  access?: AccessMode;
  /** Fresh roles can't be assumed for ten virtual seconds, as on AWS; default false. */
  slowRoles?: boolean;
  /**
   * A real control plane behind each EKS cluster; default `lazy`: started by the first connection or node. With `off`,
   * and while Kubernetes' programs aren't on this machine, endpoints refuse connections. See {@link KubernetesMode}.
   */
  kubernetes?: KubernetesMode | KubernetesOptions;
  /**
   * Whose access keys are taken. `strict` (default): the administrator's, and those that were made in the account.
   * `any`: besides, a key that nobody has made acts as the administrator, whatever it is signed with, as in emulators
   * that know no IAM. Keys of the account keep their rights.
   */
  credentials?: CredentialMode;
  /** Quotas other than AWS's, by name: `{ vpcs: 50, vcpus: 8 }`. See `sandboxQuotas()`. */
  quotas?: Readonly<Record<string, number>>;
  /**
   * Also a proxy (CONNECT) for AWS's host names, with certificates of an authority of its own: for tools that ignore
   * endpoint variables. Default false. See {@link Sandbox.proxyAuthority}.
   */
  proxy?: boolean;
  /** State to go on from. */
  store?: Store;
  /** Keeps the state in this folder: loaded at start, saved as it changes. One process at a time. */
  folder?: string;
  /** Hears why a control plane didn't start, or ended. */
  onKubernetesProblem?: (problem: Error) => void;
  /** Hears when the folder can't be written, and with `undefined` when it can again. */
  onProblem?: (problem: Error | undefined) => void;
  /** What `/_lotse/` may do to this process. */
  admin?: AdminOptions;
}

/** See {@link SandboxOptions.credentials}. */
export type CredentialMode = "strict" | "any";

/** An access key of the emulated account, with a token when it is temporary. */
export interface SandboxCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Configuration for any client of the AWS SDK for JavaScript v3: `new EKSClient(sandbox.clientConfig())`. */
export interface SandboxClientConfig {
  endpoint: string;
  region: string;
  credentials: SandboxCredentials;
  requestHandler: SdkRequestHandler;
  maxAttempts: number;
}

/** An emulated AWS account, and the means to look into it. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`. Throws `sandbox/not-listening` when it was made with `listen: false`. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  readonly credentialMode: CredentialMode;
  /** Quotas that it was given other than AWS's. */
  readonly quotas: Readonly<Record<string, number>>;
  /** Of the administrator that the account is born with. */
  readonly credentials: SandboxCredentials;
  /** The emulated cloud itself: services, state, time. */
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** Injected faults. */
  readonly faults: Faults;
  /** Judges callers by IAM policies; records what they need, explains what it decides. */
  readonly access: AccessGuard;
  /** Calls that were made, newest first; of the default account, in its region when none is given. */
  trail(region?: string): readonly TrailRow[];
  /** Requests for what isn't emulated, by what was asked for. */
  readonly missing: ReadonlyMap<string, number>;
  /** For SDK clients in this process; requests take no socket. */
  clientConfig(change?: { region?: string; credentials?: SandboxCredentials }): SandboxClientConfig;
  /**
   * For AWS tools in other processes. Members that are `undefined` must not be set there: given to `spawn` behind
   * `process.env`, Node leaves them out.
   */
  env(): Record<string, string | undefined>;
  /** The clusters behind emulated EKS; undefined when it was made with `kubernetes: "off"`. */
  readonly kubernetes: KubernetesHost | undefined;
  /** PEM of the authority that signs for AWS's names; undefined when it was made without `proxy`. */
  readonly proxyAuthority: string | undefined;
  /** Moves virtual time forward by so many seconds. */
  advance(seconds: number): void;
  /** Empties the account: as new. */
  reset(): void;
  /** The whole state as text, and a state from such text in place of this one. */
  save(): string;
  load(text: string): void;
  /** Writes to its folder at once what it otherwise writes a moment later; throws when the disk refuses. */
  flush(): void;
  /** What of the saved state was found damaged and left out, and where it is kept. */
  readonly damage: string | undefined;
  /** Why the state isn't on disk, while it isn't. */
  readonly problem: Error | undefined;
  /** Keeps the process alive while it listens; by itself a sandbox doesn't. */
  ref(): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Variables that would lead a tool away from the sandbox. */
export const foreignVariables: readonly string[] = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
];

/** SDK clients need an endpoint even when no request ever leaves the process. */
const inProcessEndpoint = "http://127.0.0.1";

function clockMode(clock: SandboxOptions["clock"]): ClockMode {
  if (clock === undefined) return { kind: "poll" };
  if (typeof clock !== "string") return clock;
  if (clock === "scaled") return { kind: "scaled", factor: 1 };
  return { kind: clock };
}

function openFolder(folder: string, store: Store, options: SandboxOptions): Journal {
  return inFolder(folder, () => openJournal(folder, store, options.onProblem ? { onProblem: options.onProblem } : {}));
}

function openAuthority(folder: string | undefined): ProxyAuthority {
  if (folder === undefined) return proxyAuthority(undefined);
  return inFolder(folder, () => proxyAuthority(join(folder, "proxy-authority.json")));
}

function cannotListen(listen: true | { port: number }, cause: unknown): LotseError {
  const port = listen === true ? "a free port" : `port ${listen.port}`;
  return new LotseError(
    "sandbox/cannot-listen",
    {
      title: `The sandbox can't listen on ${port} of 127.0.0.1`,
      detail: errorMessage(cause),
      remedy: "Choose another port, or stop what uses this one.",
      blame: "user",
    },
    { cause },
  );
}

/**
 * Makes an emulated AWS account.
 *
 * @example
 * await using sandbox = await createSandbox();
 * const eks = new EKSClient(sandbox.clientConfig());
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const account = options.account ?? "123456789012";
  const region = options.region ?? "eu-central-1";
  if (!/^\d{12}$/.test(account)) {
    throw new LotseError("sandbox/bad-account", {
      title: `"${account}" is not an account id`,
      detail: "AWS account ids have 12 digits.",
      remedy: "Leave the account out, or give 12 digits.",
      blame: "user",
    });
  }
  checkQuotas(options.quotas ?? {});
  const store = options.store ?? new Store();
  const journal = options.folder === undefined ? undefined : openFolder(options.folder, store, options);
  const seed = options.seed ?? 1;
  const { faults, guards: faultGuards } = createFaults(store, seed);
  // A state that goes on has events already: its next ids must be others.
  const resumed = !store.dump().next().done;
  const eventIds = new SerialIds(seed ^ 0x2545f491 ^ (resumed ? Date.now() : 0));
  const access = accessGuard({
    services,
    ...(options.access === undefined ? {} : { mode: options.access }),
    ...(options.slowRoles === undefined ? {} : { slowRoles: options.slowRoles }),
  });
  const cloud: Cloud = new Cloud({
    services,
    store,
    seed,
    guards: composeGuards([access, faultGuards, trailGuards(() => eventIds.next())]),
    clock: clockMode(options.clock),
    ...(options.start === undefined ? {} : { start: options.start }),
    ...(options.quotas ? { quotas: options.quotas } : {}),
  });
  const administrator = { ...administratorKey, principal: administratorOf(account, partitionOf(region)) };
  const dispatcher = createDispatcher({
    cloud,
    account,
    region,
    administrator,
    anyKey: options.credentials === "any",
  });
  const requestHandler = inProcessHandler((request) => dispatcher.dispatch(request));
  const credentials: SandboxCredentials = { ...administratorKey };
  const { listen = true } = options;
  let gateway: Gateway | undefined;
  const endpointOf = (): string => {
    if (gateway) return gateway.endpoint;
    throw new LotseError("sandbox/not-listening", {
      title: "This sandbox has no HTTP endpoint",
      detail: "It was made with listen: false, or it is closed.",
      remedy: "Use clientConfig() in this process, or make the sandbox with listen: true.",
      blame: "user",
    });
  };
  let kubernetes: KubernetesHost | undefined;
  let authority: ProxyAuthority | undefined;
  try {
    const { folder } = options;
    if (options.proxy) authority = openAuthority(folder);
    kubernetes = await openKubernetes(options.kubernetes ?? "lazy", {
      cloud,
      dispatch: (request) => dispatcher.dispatch(request),
      endpoints: () => [gateway?.endpoint ?? inProcessEndpoint],
      stateFolder: folder,
      ...(options.onKubernetesProblem ? { onProblem: options.onKubernetesProblem } : {}),
    });
  } catch (error) {
    journal?.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    const open = gateway;
    gateway = undefined;
    await open?.close();
    await kubernetes?.close();
    journal?.close();
  };
  const sandbox: Sandbox = {
    get endpoint() {
      return endpointOf();
    },
    account,
    region,
    credentialMode: options.credentials ?? "strict",
    quotas: { ...options.quotas },
    credentials,
    cloud,
    clock: cloud.clock,
    faults,
    access,
    kubernetes,
    proxyAuthority: authority?.certificate,
    trail: (at = region) => trailOf(cloud.context({ account, region: at, principal: administrator.principal })),
    missing: dispatcher.missing,
    clientConfig: (change = {}) => ({
      endpoint: gateway?.endpoint ?? inProcessEndpoint,
      region: change.region ?? region,
      // A copy: the SDK writes into what it is given.
      credentials: { ...(change.credentials ?? credentials) },
      requestHandler,
      maxAttempts: 3,
    }),
    env: () => ({
      ...Object.fromEntries(foreignVariables.map((name) => [name, undefined])),
      AWS_ENDPOINT_URL: endpointOf(),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PAGER: "",
    }),
    advance: (seconds) => cloud.clock.advanceTo(cloud.clock.now() + seconds * 1000),
    reset: () => {
      cloud.reset();
      journal?.snapshot();
      void kubernetes?.rescan();
    },
    save: () => dumpState(store),
    load: (text) => {
      const { changes } = readSnapshot(text, "the saved state");
      cloud.reset();
      store.load(changes);
      cloud.resume();
      journal?.snapshot();
      void kubernetes?.rescan();
    },
    flush: () => journal?.flush(),
    damage: journal?.damage,
    get problem() {
      return journal?.problem;
    },
    ref: () => gateway?.ref(),
    close,
    [Symbol.asyncDispose]: close,
  };
  if (listen !== false) {
    try {
      gateway = await openGateway({
        handle: (request) => {
          if (isAdminPath(request.path)) return answerAdmin(request, sandbox, options.admin ?? {});
          // Under its own name an issuer is reached through the proxy only.
          const issuer = issuerRegion(request.headers["host"] ?? "");
          return issuer === undefined
            ? dispatcher.dispatch(request)
            : answerOidc(cloud, `${issuer}${request.path.replace(/^\/id/, "")}`);
        },
        ...(authority ? { tunnel: (serve) => openTunnel({ authority, serve }) } : {}),
        ...(listen === true ? {} : { port: listen.port }),
      });
    } catch (cause) {
      await close();
      throw cannotListen(listen, cause);
    }
  }
  return sandbox;
}

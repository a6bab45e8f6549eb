// The door to AWS: one function that calls an operation by name, with retries, typed errors and idempotency tokens.
import { setMaxListeners } from "node:events";
import { errorMessage, LotseError } from "../base/index.ts";
import { resolveCredentials } from "./credentials.ts";
import type { AwsCredentials } from "./credentials.ts";
import { awsError, isForeign } from "./errors.ts";
import { loadService } from "./load.ts";
import type { Input, OperationName, Output, ServiceName } from "./operations.ts";
import { withRetries } from "./retry.ts";
import type { Client, ClientConfig, Service } from "./service.ts";

/** One call, as a trace tells it: `ms` with all its retries. */
export interface CallRecord {
  service: string;
  operation: string;
  retries: number;
  ms: number;
  error?: string;
}

/** What a connection is made of; the region alone is needed. */
export interface OpenOptions {
  region: string;
  /** Instead of AWS's own endpoints: the sandbox, or any other emulator. */
  endpoint?: string;
  /** Given credentials; otherwise the SDK's chain (environment, profile, SSO, metadata service). */
  credentials?: AwsCredentials;
  /** Profile of ~/.aws for the SDK's chain. */
  profile?: string;
  /** The SDK's HTTP layer, replaced: `createSandbox()` gives one that needs no socket. */
  requestHandler?: object;
  /** Ends calls and waits. */
  signal?: AbortSignal;
  /** Is told when a call is about to be tried again: for whoever waits and wonders. */
  retrying?: (retry: { service: string; operation: string; attempt: number; error: string }) => void;
  /** Is told of every call that has ended. */
  trace?: (record: CallRecord) => void;
}

/** Who calls, as STS says it. */
export interface CallerIdentity {
  account: string;
  arn: string;
  /** `AIDA…` of a user, `AROA…:session` of a session. */
  userId: string;
}

/** A connection to an account and region: the door to AWS. */
export interface Aws {
  readonly region: string;
  readonly endpoint?: string;
  readonly signal?: AbortSignal;
  /**
   * Calls an operation.
   *
   * @example await aws.call("eks", "DescribeCluster", { name: "prod" })
   * @throws LotseError `aws/…`; see {@link failureKind}
   */
  call<S extends ServiceName, O extends OperationName<S>>(
    service: S,
    operation: O,
    input: Input<S, O>,
  ): Promise<Output<S, O>>;
  /** Who is calling; asked once. */
  identity(): Promise<CallerIdentity>;
  /** What calls are signed with at this moment: for presigned tokens. @throws LotseError `aws/bad-credentials` */
  credentials(): Promise<AwsCredentials>;
  /** Closes connections. */
  close(): void;
}

/**
 * Members that make a retried call do its work once, by service and operation. The SDK would fill some in by itself, but
 * anew for each of our tries.
 */
function tokenMember(service: ServiceName, operation: string): string | undefined {
  if (service === "eks") {
    return /^(Create|Associate|Disassociate|Update)/.test(operation) ? "clientRequestToken" : undefined;
  }
  if (service !== "cloudformation") return undefined;
  if (operation === "CreateChangeSet") return "ClientToken";
  return /^(CreateStack|DeleteStack|ExecuteChangeSet|ContinueUpdateRollback)$/.test(operation)
    ? "ClientRequestToken"
    : undefined;
}

const maxConcurrency = 24;

/** Milliseconds that an endpoint gets for its first answer: one that takes calls and says nothing is soon found out. */
const firstAnswer = 10_000;

/** A counter that lets only so many in at a time: AWS's limits are per account, and sockets are few. */
function gate(width: number): <T>(body: () => Promise<T>) => Promise<T> {
  let inside = 0;
  const queue: (() => void)[] = [];
  return async (body) => {
    if (inside >= width) await new Promise<void>((resolve) => queue.push(resolve));
    else inside += 1;
    try {
      return await body();
    } finally {
      const next = queue.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}

function clientConfig(options: OpenOptions): ClientConfig {
  const custom = options.endpoint !== undefined || options.requestHandler !== undefined;
  return {
    region: options.region,
    maxAttempts: 1,
    // Without these the SDK reads ~/.aws and the environment for them, also when everything it needs is given.
    ...(custom && {
      forcePathStyle: true,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      defaultsMode: "standard" as const,
    }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials && { credentials: options.credentials }),
    ...(options.profile !== undefined && { profile: options.profile }),
    requestHandler: options.requestHandler ?? {
      connectionTimeout: 5_000,
      requestTimeout: 60_000,
      throwOnRequestTimeout: true,
    },
  };
}

/** Opens the door. No call is made and no client loaded before the first {@link Aws.call}. */
export function openAws(options: OpenOptions): Aws {
  // Every call under way listens for the abort; Node takes more than ten of them for a leak.
  if (options.signal) setMaxListeners(0, options.signal);
  const clients = new Map<ServiceName, Promise<{ service: Service; client: Client }>>();
  const enter = gate(maxConcurrency);
  let known = false;
  let identity: Promise<CallerIdentity> | undefined;

  const open = (name: ServiceName): Promise<{ service: Service; client: Client }> => {
    const opened =
      clients.get(name) ??
      loadService(name).then((service) => ({ service, client: service.client(clientConfig(options)) }));
    clients.set(name, opened);
    return opened;
  };

  const call: Aws["call"] = async (name, operation, input) => {
    const { service, client } = await open(name);
    const token = tokenMember(name, operation);
    const whole =
      token === undefined || token in (input as object)
        ? input
        : { ...(input as object), [token]: crypto.randomUUID() };
    const started = performance.now();
    let retries = 0;
    const record = (error?: unknown): void =>
      options.trace?.({
        service: name,
        operation,
        retries,
        ms: performance.now() - started,
        ...(error !== undefined && { error: errorMessage(error) }),
      });
    const attempt = async (): Promise<unknown> => {
      try {
        const command = service.command(operation, whole as object);
        const output = await client.send(command, {
          ...(options.signal && { abortSignal: options.signal }),
          ...(!known && { requestTimeout: firstAnswer }),
        });
        known = true;
        return output;
      } catch (error) {
        if (hasAnswered(error) && !isForeign(error)) known = true;
        throw error;
      }
    };
    try {
      const output = await withRetries(() => enter(attempt), {
        signal: options.signal,
        known: () => known,
        onRetry: (error, attempt) => {
          retries += 1;
          options.retrying?.({ service: name, operation, attempt, error: errorMessage(error) });
        },
      });
      record();
      return output as never;
    } catch (error) {
      record(error);
      if (options.signal?.aborted) throw interrupted(options.signal);
      throw awsError(error, {
        action: `${name}:${operation}`,
        known,
        ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
        ...(options.profile !== undefined && { profile: options.profile }),
      });
    }
  };

  return {
    region: options.region,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.signal && { signal: options.signal }),
    call,
    identity: () => {
      identity ??= call("sts", "GetCallerIdentity", {}).then(
        ({ Account = "", Arn = "", UserId = "" }) => ({ account: Account, arn: Arn, userId: UserId }),
        (error: unknown) => {
          identity = undefined;
          throw error;
        },
      );
      return identity;
    },
    credentials: async () => resolveCredentials(options),
    close: () => {
      for (const opened of clients.values()) {
        // A client that failed to load has told its caller already and holds nothing to close.
        opened.then(
          ({ client }) => client.destroy(),
          () => undefined,
        );
      }
    },
  };
}

/** True for an error that came over the wire: the endpoint exists. */
function hasAnswered(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode !== undefined;
}

/** What is thrown when the person pressed Ctrl-C, or the caller aborted. */
function interrupted(signal: AbortSignal): LotseError {
  return new LotseError("aws/interrupted", { title: "Interrupted", blame: "user" }, { cause: signal.reason });
}

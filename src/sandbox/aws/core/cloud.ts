// The emulated cloud without its wire: services, state, time. `invoke` is what every request comes down to.
import { Clock } from "./clock.ts";
import type { ClockMode } from "./clock.ts";
import { AwsError, NotEmulatedError } from "./errors.ts";
import { Ids, Random, SerialIds } from "./ids.ts";
import type { Credential, Principal } from "./principal.ts";
import { servicePrincipal } from "./principal.ts";
import type {
  Context,
  KubernetesPort,
  Operation,
  Permission,
  ResourceFault,
  ResourceFaultKind,
  ServiceDefinition,
  TimerDefinition,
} from "./service.ts";
import { Store } from "./store.ts";
import { defineTable } from "./table.ts";

/** One call of one operation, already parsed and authenticated. */
export interface Call {
  service: string;
  operation: string;
  input: object;
  account: string;
  region: string;
  principal: Principal;
  requestId?: string;
  sourceIp?: string;
  userAgent?: string;
  /** The service that makes this call for the caller, by id (`cloudformation`). */
  via?: string;
  /** Of calls from the wire: lets injected faults hold the answer back (wall-clock milliseconds), or lose it. */
  wire?: { delay(milliseconds: number): void; drop(): void };
}

/** Judges that sit before every call. Each is one room of its own; a cloud without them lets everything through. */
export interface Guards {
  /**
   * What an access key stands for; undefined when there is no such key. Not asked for the sandbox's own administrator
   * key. `ctx` is anonymous, in the account that the sandbox was made for.
   */
  credential?(accessKeyId: string, ctx: Context): Credential | undefined;
  /** Throws the service's own denial when the caller lacks a permission. */
  authorize?(ctx: Context, service: ServiceDefinition, call: Call, permissions: readonly Permission[]): void;
  /** True when the caller has the permission. */
  allowed?(ctx: Context, permission: Permission): boolean;
  /** Throws an injected error for this call. */
  faultCall?(call: Call, now: number): void;
  faultResource?(kind: ResourceFaultKind, facts: Record<string, string>, now: number): ResourceFault | undefined;
  /** Hears of every call after it was carried out or refused. */
  record?(call: Call, ctx: Context, outcome: { output?: unknown; error?: AwsError; readOnly: boolean }): void;
}

export interface CloudOptions {
  services: readonly ServiceDefinition[];
  clock?: ClockMode;
  /** Virtual time at birth, epoch ms; default now. */
  start?: number;
  seed?: number;
  guards?: Guards;
  store?: Store;
  /** Other than AWS's, by name; see {@link ServiceDefinition.quotas}. */
  quotas?: Readonly<Record<string, number>>;
}

const partitions: readonly [prefix: string, partition: string][] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-isob-", "aws-iso-b"],
  ["us-iso-", "aws-iso"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-isof-", "aws-iso-f"],
  ["eusc-", "aws-eusc"],
];

/** `aws` for eu-central-1, `aws-cn` for cn-north-1 … */
export function partitionOf(region: string): string {
  return partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** Which services have made their default resources here. */
const preparedPlaces = defineTable<{ at: number }>("cloud/prepared");

const readOnlyName = /^(Describe|List|Get|Lookup|Head|BatchGet|Simulate|Estimate|Validate)/;

export class Cloud {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Request ids aren't drawn from the generator whose state is saved: a read changes nothing. */
  readonly requestIds: SerialIds;
  readonly guards: Guards;
  /** Set when the sandbox runs Kubernetes. */
  kubernetes: KubernetesPort | undefined;
  readonly #services: Map<string, ServiceDefinition>;
  readonly #timers: Map<string, TimerDefinition>;
  readonly #quotas: ReadonlyMap<string, number>;
  readonly #seed: number;
  readonly #start: number | undefined;
  #depth = 0;
  #ringing = 0;

  constructor(options: CloudOptions) {
    this.store = options.store ?? new Store();
    this.#seed = options.seed ?? 1;
    this.#start = options.start;
    this.guards = options.guards ?? {};
    this.#services = new Map(options.services.map((service) => [service.id, service]));
    this.#timers = new Map(
      options.services.flatMap((service) => service.timers ?? []).map((timer) => [timer.kind, timer]),
    );
    this.#quotas = new Map(
      options.services
        .flatMap(({ quotas = {} }) => Object.entries(quotas))
        .map(([name, { default: usual }]) => [name, options.quotas?.[name] ?? usual]),
    );
    this.clock = new Clock(this.store, {
      mode: options.clock ?? { kind: "poll" },
      start: options.start ?? Date.now(),
      ring: (timer) => {
        const definition = this.#timers.get(timer.kind);
        if (!definition) throw new Error(`no service has a timer ${timer.kind}`);
        const [service = ""] = timer.kind.split("/");
        const principal = servicePrincipal(`${service}.amazonaws.com`, timer.account);
        // What a timer calls neither lets time pass nor moves it: it is in the middle of time moving.
        this.#depth += 1;
        this.#ringing += 1;
        try {
          this.store.detached(() =>
            definition.run(timer.payload as never, this.context({ ...timer, principal, inside: service })),
          );
        } finally {
          this.#ringing -= 1;
          this.#depth -= 1;
        }
      },
    });
    this.ids = new Ids(new Random(this.clock.savedRandomState() || this.#seed));
    this.requestIds = new SerialIds(~this.#seed);
  }

  service(id: string): ServiceDefinition {
    const service = this.#services.get(id);
    if (!service) throw new NotEmulatedError(`service ${id}`);
    return service;
  }

  services(): readonly ServiceDefinition[] {
    return [...this.#services.values()];
  }

  /**
   * Carries out one call: permissions, faults, then the operation, in one transaction.
   *
   * @throws AwsError as the service would answer it
   */
  invoke<Output = Record<string, unknown>>(call: Call): Output {
    const service = this.#services.get(call.service);
    const operation = service?.operations[call.operation];
    if (!service || !operation) throw new NotEmulatedError(`${call.service} ${call.operation}`);
    const readOnly = operation.readOnly ?? readOnlyName.test(call.operation);
    const ctx = this.#context(
      call.account,
      call.region,
      call.principal,
      call.requestId,
      call.service,
      operation.waiter === true,
    );
    if (this.#depth === 0) this.clock.tick();
    this.#depth += 1;
    try {
      const output = this.store.transaction(() => {
        this.#prepare(service, ctx);
        this.guards.authorize?.(ctx, service, call, permissionsOf(operation, service, call, ctx));
        this.guards.faultCall?.(call, ctx.now());
        return operation.run(call.input as never, ctx) as Output;
      });
      this.guards.record?.(call, ctx, { output, readOnly });
      return output;
    } catch (error) {
      this.clock.undone();
      if (error instanceof AwsError) this.guards.record?.(call, ctx, { error, readOnly });
      throw error;
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.clock.saveRandomState(this.ids.random.state);
    }
  }

  /** A context outside of any call: timers, tests, tools. */
  context(at: {
    account: string;
    region: string;
    principal: Principal;
    requestId?: string;
    toEnd?: boolean;
    /** The service whose operation or timer this is. */
    inside?: string;
  }): Context {
    return this.#context(at.account, at.region, at.principal, at.requestId, at.inside, at.toEnd === true);
  }

  /** Made for every call: from arguments rather than from an object. */
  #context(
    account: string,
    region: string,
    principal: Principal,
    givenId: string | undefined,
    inside: string | undefined,
    toEnd: boolean,
  ): Context {
    const requestId = givenId ?? this.requestIds.next();
    const ctx: Context = {
      account,
      region,
      partition: partitionOf(region),
      principal,
      requestId,
      ids: this.ids,
      kubernetes: this.kubernetes,
      now: () => this.clock.now(),
      table: (definition, other) => this.store.table(definition, other?.account ?? account, other?.region ?? region),
      call: (service, operation, input) =>
        this.invoke({
          service,
          operation,
          input,
          account,
          region,
          principal,
          requestId,
          ...(inside === undefined ? {} : { via: inside }),
        }),
      attempt: (body) => this.store.transaction(body),
      as: (other, elsewhere) =>
        this.#context(elsewhere?.account ?? account, elsewhere?.region ?? region, other, requestId, inside, false),
      schedule: (timer, seconds, subject, payload) =>
        this.clock.schedule({ seconds, kind: timer.kind, account, region, subject, payload }),
      cancel: (timerId) => this.clock.cancel(timerId),
      // Only the outermost call moves time: what it calls in process, and what timers call, just looks.
      observe: (subject) =>
        this.#ringing === 0 && this.#depth <= 1 && this.clock.observe(account, region, subject, toEnd),
      pending: (subject) => this.clock.pending(account, region, subject),
      fault: (kind, facts) => this.guards.faultResource?.(kind, facts, this.clock.now()),
      quota: this.#quota,
      allowed: (action, resource, conditions) =>
        this.guards.allowed?.(ctx, { action, resource, ...(conditions ? { conditions } : {}) }) ?? true,
    };
    return ctx;
  }

  readonly #quota = (name: string): number => {
    const limit = this.#quotas.get(name);
    if (limit === undefined) throw new Error(`no service has a quota ${name}`);
    return limit;
  };

  /** Back to birth: no state, the clock at its start, ids from the seed again. */
  reset(): void {
    this.store.clear();
    this.clock.reset(this.#start ?? Date.now());
    this.ids.random.state = this.#seed >>> 0;
  }

  /** Takes over state that was loaded into the store after this cloud was made. */
  resume(): void {
    this.clock.reload();
    const state = this.clock.savedRandomState();
    if (state !== 0) this.ids.random.state = state;
  }

  /** Default resources are made once per account and region, and stay although the call that needed them fails. */
  #prepare(service: ServiceDefinition, ctx: Context): void {
    const { seed } = service;
    if (!seed) return;
    const prepared = this.store.table(preparedPlaces, ctx.account, ctx.region);
    if (prepared.has(service.id)) return;
    this.store.detached(() => {
      prepared.put(service.id, { at: ctx.now() });
      seed(ctx);
    });
  }
}

function permissionsOf(
  operation: Operation,
  service: ServiceDefinition,
  call: Call,
  ctx: Context,
): readonly Permission[] {
  return (
    operation.permissions?.(call.input as never, ctx) ?? [
      { action: `${service.iamPrefix}:${call.operation}`, resource: "*" },
    ]
  );
}

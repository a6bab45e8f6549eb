// Injected faults: rules that make calls or resources fail, repeatable by seed. Rules are part of the saved state.
import { LotseError } from "../../base/index.ts";
import type { Call, Guards, ResourceFault, ResourceFaultKind, Store, Table } from "./core/index.ts";
import { AwsError, defineTable, Random } from "./core/index.ts";
import { dialectFor } from "./dialects.ts";
import { serviceEntries } from "./schema/index.ts";

/** What happens to a call: wall-clock `delay`, an error, or no answer (`carriedOut`: after the work was done). */
export type CallEffect =
  | { kind: "throttle" }
  | { kind: "error"; code: string; message?: string; status?: number }
  | { kind: "delay"; milliseconds: number }
  | { kind: "drop"; carriedOut?: boolean };

/** What happens to a resource: which kinds a resource can show is its service's affair. */
export type ResourceEffect =
  | { kind: "capacity" | "stuck" | "unsupportedZone"; message?: string }
  | { kind: "failAt"; seconds?: number; message?: string };

/** A rule. Everything but the effect narrows it; a rule without limits hits every call. */
export interface FaultRule {
  /** Service id as in `lotse sandbox coverage` (`ec2`, `auto-scaling`). */
  service?: string;
  /** Operation, `*` and `?` allowed: `Create*`. */
  operation?: string;
  region?: string;
  /**
   * Values of the input (by dotted path, `*` and `?` allowed), or of what a resource says about itself:
   * `{ "zone": "eu-central-1b", "instanceType": "m5.*" }`. A list matches when one of its items does.
   */
  match?: Readonly<Record<string, string>>;
  /** Only the nth call that fits, counted from 1. */
  nth?: number;
  /** At most so often. */
  times?: number;
  /** Chance for each call that fits, 0 to 1, drawn from the sandbox's seed. */
  probability?: number;
  /** Window in virtual time, epoch ms. */
  after?: number;
  before?: number;
  effect: CallEffect | ResourceEffect;
}

/** A fault rule that is in force, with its counts. */
export interface ListedFault extends FaultRule {
  id: string;
  /** Calls or resources that fitted, and how many of these were hit. */
  seen: number;
  hits: number;
}

/** Adds, lists and removes rules. */
export interface Faults {
  /** @throws LotseError `sandbox/bad-fault` when the rule makes no sense */
  add(rule: FaultRule): ListedFault;
  list(): ListedFault[];
  /** One rule, or all of them; returns how many were removed. */
  remove(id?: string): number;
}

const faultTable = defineTable<ListedFault>("faults/rules", { scope: "global" });
const home = "sandbox";

const callEffects = new Set(["throttle", "error", "delay", "drop"]);
const resourceEffects = new Set(["capacity", "failAt", "stuck", "unsupportedZone"]);
const members = new Set([
  "service",
  "operation",
  "region",
  "match",
  "nth",
  "times",
  "probability",
  "after",
  "before",
  "effect",
]);

function badFault(title: string, remedy: string): LotseError {
  return new LotseError("sandbox/bad-fault", { title, remedy, blame: "user" });
}

/** Takes AWS's other names of a service too: `autoscaling`, `logs`. */
function serviceId(name: string): string {
  const entries = serviceEntries();
  const entry =
    entries.find((each) => each.id === name) ??
    entries.find((each) => each.signingName === name || each.serviceId === name);
  if (entry) return entry.id;
  throw badFault(`"${name}" is no service of the sandbox`, `Services are ${entries.map(({ id }) => id).join(", ")}.`);
}

function demandSense(rule: FaultRule): void {
  const unknown = Object.keys(rule).find((name) => !members.has(name));
  if (unknown) throw badFault(`A fault has no member "${unknown}"`, `Members are ${[...members].join(", ")}.`);
  const kind = (rule.effect as { kind?: string } | undefined)?.kind ?? "";
  if (!callEffects.has(kind) && !resourceEffects.has(kind)) {
    const kinds = [...callEffects, ...resourceEffects].join(", ");
    throw badFault(`"${kind}" is no effect of a fault`, `Effects are ${kinds}.`);
  }
  if (rule.effect.kind === "error" && !rule.effect.code) {
    throw badFault("An error effect needs a code", 'For example {"kind": "error", "code": "InternalFailure"}.');
  }
  if (rule.effect.kind === "delay" && !(rule.effect.milliseconds >= 0 && rule.effect.milliseconds <= 600_000)) {
    throw badFault("A delay is 0 to 600000 milliseconds", "Give `milliseconds` in that range.");
  }
  const { probability } = rule;
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    throw badFault(`A probability of ${probability} isn't between 0 and 1`, "Give 0.3 for 30 %.");
  }
  for (const [name, count] of [["nth", rule.nth] as const, ["times", rule.times] as const]) {
    if (count !== undefined && !(Number.isInteger(count) && count >= 1)) {
      throw badFault(`"${name}" is a whole number from 1, not ${count}`, "Leave it out to hit every call.");
    }
  }
}

/** `*` and `?` as in shells; everything else is literal. */
function fitsPattern(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

function valuesAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [first, ...rest] = path;
  if (first === undefined) return ["string", "number", "boolean"].includes(typeof value) ? [`${value as string}`] : [];
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return [];
  return valuesAt((value as Record<string, unknown>)[first], rest);
}

function fitsMatch(match: FaultRule["match"], facts: object): boolean {
  return Object.entries(match ?? {}).every(([path, pattern]) => {
    const whole = valuesAt(facts, [path]);
    const values = whole.length > 0 ? whole : valuesAt(facts, path.split("."));
    return values.some((value) => fitsPattern(pattern, value));
  });
}

/** The rules of a sandbox, and the guard that applies them. */
export function createFaults(store: Store, seed: number): { faults: Faults; guards: Guards } {
  const table: Table<ListedFault> = store.table(faultTable, home, home);
  const rows = (): Table<ListedFault> => table;
  const dice = new Random(seed ^ 0x5f3759df);

  /** Counts the rule as seen; true when it hits. Stands although the call it hits is undone. */
  const strikes = (rule: Readonly<ListedFault>): boolean => {
    const seen = rule.seen + 1;
    let hit = rule.nth === undefined || rule.nth === seen;
    if (hit && rule.times !== undefined && rule.hits >= rule.times) hit = false;
    if (hit && rule.probability !== undefined && dice.next() >= rule.probability) hit = false;
    store.detached(() => rows().put(rule.id, { ...rule, seen, hits: rule.hits + (hit ? 1 : 0) }));
    return hit;
  };
  const inWindow = (rule: Readonly<ListedFault>, now: number): boolean =>
    now >= (rule.after ?? Number.NEGATIVE_INFINITY) && now <= (rule.before ?? Number.POSITIVE_INFINITY);

  const fitsCall = (rule: Readonly<ListedFault>, call: Call, now: number): boolean =>
    callEffects.has(rule.effect.kind) &&
    (rule.service === undefined || rule.service === call.service) &&
    fitsPattern(rule.operation ?? "*", call.operation) &&
    (rule.region === undefined || rule.region === call.region) &&
    // Services retry what is throttled inside of AWS; lost connections are the caller's.
    (call.wire !== undefined || rule.effect.kind === "error") &&
    inWindow(rule, now) &&
    fitsMatch(rule.match, call.input);

  const apply = (rule: Readonly<ListedFault>, call: Call): void => {
    const effect = rule.effect as CallEffect;
    if (effect.kind === "delay") call.wire?.delay(effect.milliseconds);
    else if (effect.kind === "drop") {
      call.wire?.drop();
      if (!effect.carriedOut) throw new AwsError("InternalFailure", `dropped by fault ${rule.id}`, { status: 500 });
    } else if (effect.kind === "throttle") {
      const { code, message, status } = dialectFor(call.service).throttled;
      throw new AwsError(code, message, { status });
    } else {
      const { code, message = `Injected by fault ${rule.id}`, status } = effect;
      throw new AwsError(code, message, status === undefined ? {} : { status });
    }
  };

  const faults: Faults = {
    add(rule) {
      demandSense(rule);
      const last = rows().list().at(-1);
      const id = `fault-${(last ? Number(last.id.slice("fault-".length)) : 0) + 1}`;
      const service = rule.service === undefined ? {} : { service: serviceId(rule.service) };
      return rows().put(id, { ...rule, ...service, id, seen: 0, hits: 0 });
    },
    list: () => rows().list(),
    remove(id) {
      const doomed =
        id === undefined
          ? rows()
              .list()
              .map((rule) => rule.id)
          : [id];
      return doomed.filter((each) => rows().delete(each)).length;
    },
  };

  const guards: Guards = {
    faultCall(call, now) {
      if (rows().size === 0) return;
      for (const rule of rows().list((each) => fitsCall(each, call, now))) if (strikes(rule)) apply(rule, call);
    },
    faultResource(kind: ResourceFaultKind, facts, now): ResourceFault | undefined {
      if (rows().size === 0) return undefined;
      const fitting = rows().list(
        (each) => each.effect.kind === kind && inWindow(each, now) && fitsMatch(each.match, facts),
      );
      for (const rule of fitting) {
        if (!strikes(rule)) continue;
        const { message, seconds } = rule.effect as { message?: string; seconds?: number };
        return {
          id: rule.id,
          ...(message === undefined ? {} : { message }),
          ...(seconds === undefined ? {} : { seconds }),
        };
      }
      return undefined;
    },
  };
  return { faults, guards };
}

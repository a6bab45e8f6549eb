// Sweeps: one row for every emulated operation of a service, with a life in which it works and AWS's own refusal.
import { describe, it } from "vitest";
import { administratorOf } from "./administrator.ts";
import type { Guards, Permission, Principal, ServiceDefinition } from "./core/index.ts";
import { AwsError, Cloud } from "./core/index.ts";
import { composeGuards } from "./guards.ts";
import { services } from "./services/index.ts";
import { refusal } from "./testing.ts";
import { trailGuards } from "./trail.ts";

/** What a row may use: calls of the swept service, of any other, and the cloud itself. */
export interface SweepWorld {
  cloud: Cloud;
  account: string;
  region: string;
  principal: Principal;
  /** Operations of the swept service that were called. */
  called: Set<string>;
  call(operation: string, input?: object): SweepAnswer;
  on(service: string, operation: string, input?: object): SweepAnswer;
  /** Calls in it aren't judged by the world's guard. */
  quietly(body: () => void): void;
}

/** An answer by member names; rows look into it with `toMatchObject` and {@link text}. */
export type SweepAnswer = Record<string, unknown>;

/** The text at a path of an answer, e.g. an ARN that the next call needs. */
export function text(answer: unknown, ...path: (string | number)[]): string {
  let value = answer;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  if (typeof value !== "string") throw new Error(`no text at ${path.join(".")} of ${JSON.stringify(answer)}`);
  return value;
}

export interface SweepRow {
  operation: string;
  /** Calls the operation and returns what shows its effect. */
  works(world: SweepWorld): unknown;
  /** What that must match. */
  shows: unknown;
  /** Input that AWS refuses, perhaps after some preparation. */
  wrong(world: SweepWorld): object;
  /** `Code: message`, or the beginning of it. */
  refusal: string;
}

/** One row, in the order in which it is read. */
export function row(
  operation: string,
  works: SweepRow["works"],
  shows: unknown,
  wrong: SweepRow["wrong"],
  refusal: string,
): SweepRow {
  return { operation, works, shows, wrong, refusal };
}

/** A fresh account, asked as its administrator. */
export function sweepWorld(service: string, guard?: (permissions: readonly Permission[]) => void): SweepWorld {
  let quiet = false;
  let events = 0;
  const judge: Guards = {
    authorize: (_ctx, _service, _call, permissions) => {
      if (!quiet && permissions.length > 0) guard?.(permissions);
    },
  };
  const guards = composeGuards([judge, trailGuards(() => `event-${(events += 1)}`)]);
  const cloud = new Cloud({ services, start: Date.UTC(2026, 0, 15, 12), guards });
  const account = "123456789012";
  const region = "eu-central-1";
  const principal = administratorOf(account, "aws");
  const called = new Set<string>();
  const on: SweepWorld["on"] = (id, operation, input = {}) =>
    cloud.invoke<SweepAnswer>({ service: id, operation, input, account, region, principal });
  const call: SweepWorld["call"] = (operation, input) => {
    called.add(operation);
    return on(service, operation, input);
  };
  const quietly = (body: () => void): void => {
    quiet = true;
    try {
      body();
    } finally {
      quiet = false;
    }
  };
  return { cloud, account, region, principal, called, call, on, quietly };
}

/**
 * What a sweep asks of every service: all operations in rows and all rows of operations; each works and shows its
 * effect; each refuses in AWS's words; none of them opens to a caller who has no rights.
 */
export function describeSweep(
  service: ServiceDefinition,
  families: Readonly<Record<string, readonly SweepRow[]>>,
  unguarded: readonly string[] = [],
): void {
  const rows = Object.values(families).flat();
  describe(`every emulated operation of ${service.id}`, () => {
    it("is in one row, and every row is of an operation", ({ expect }) => {
      expect(rows.map(({ operation }) => operation).toSorted()).toEqual(Object.keys(service.operations).toSorted());
    });

    for (const [family, those] of Object.entries(families)) {
      describe(family, () => {
        for (const { operation, works, shows, wrong, refusal: expected } of those) {
          it(`${operation} works`, ({ expect }) => {
            const world = sweepWorld(service.id);
            expect(works(world)).toMatchObject(shows as object);
            expect([...world.called]).toContain(operation);
          });

          it(`${operation} answers ${expected}`, ({ expect }) => {
            const world = sweepWorld(service.id);
            const input = wrong(world);
            expect(refusal(() => world.call(operation, input)).slice(0, expected.length)).toBe(expected);
          });
        }
      });
    }

    it("is refused to whom may not", ({ expect }) => {
      const open: string[] = [];
      for (const { operation, wrong } of rows) {
        const asked: string[] = [];
        const world = sweepWorld(service.id, (permissions) => {
          asked.push(...permissions.map(({ action }) => action));
          throw new AwsError("AccessDenied", "no");
        });
        let input: object = {};
        world.quietly(() => (input = wrong(world)));
        refusal(() => world.call(operation, input));
        if (asked.length === 0) open.push(operation);
      }
      expect(open.toSorted()).toEqual([...unguarded].toSorted());
    });
  });
}

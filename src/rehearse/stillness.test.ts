// A busy machine delays the judgement that nothing more happens, and doesn't hasten it.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { LotseError } from "../base/index.ts";
import type { Kube } from "../kube/index.ts";
import { measureStillness } from "./stillness.ts";

const pause = 5;
const version = { gitVersion: "v1.36.0", major: "1", minor: "36" };

/** An API server that answers after so many milliseconds. */
const server = (milliseconds: number): Pick<Kube, "version"> => ({
  version: () => (milliseconds === 0 ? Promise.resolve(version) : sleep(milliseconds, version)),
});

async function stillAfter(
  kube: Pick<Kube, "version">,
  turns: readonly { changedAt: number; busy: boolean }[],
): Promise<number> {
  const stillness = measureStillness(kube, pause);
  let still = 0;
  for (const turn of turns) still = await stillness.after(turn);
  return still;
}

const quiet = { changedAt: 1, busy: false };

describe("stillness", () => {
  it("grows with every quiet turn, at most by the pause in it", async ({ expect }) => {
    const still = await stillAfter(server(0), [quiet, quiet, quiet, quiet]);
    expect(still).toBeGreaterThan(0);
    expect(still).toBeLessThanOrEqual(3 * pause);
  });

  it("begins anew with every change", async ({ expect }) => {
    expect(await stillAfter(server(0), [quiet, quiet, { changedAt: 2, busy: false }])).toBe(0);
  });

  it("stands while somebody is busy", async ({ expect }) => {
    expect(await stillAfter(server(0), [quiet, { ...quiet, busy: true }, { ...quiet, busy: true }])).toBe(0);
  });

  it("grows the slower, the longer the API server is kept waiting", async ({ expect }) => {
    // Thirty times what it takes on an idle machine.
    const still = await stillAfter(server(450), [quiet, quiet, quiet]);
    expect(still).toBeGreaterThan(0);
    expect(still).toBeLessThanOrEqual((2 * pause) / 29);
  });

  it("begins anew when the API server is away", async ({ expect }) => {
    let calls = 0;
    const away: Pick<Kube, "version"> = {
      version: () =>
        (calls += 1) < 3
          ? Promise.resolve(version)
          : Promise.reject(new LotseError("kube/unreachable", { title: "The API server can't be reached" })),
    };
    expect(await stillAfter(away, [quiet, quiet, quiet, quiet])).toBe(0);
  });
});

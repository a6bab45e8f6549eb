// What `--fix` does of itself, and what it leaves to a person because it can't be taken back.
import { describe, it } from "vitest";
import type { World } from "./check.ts";
import { checkNamed } from "./list.ts";
import type { Mending } from "./mending.ts";
import { mendingOf } from "./mending.ts";
import { runChecks } from "./run.ts";
import { account, file, today } from "./testing.ts";

const mend = async (world: Omit<World, "today">, id: string): Promise<Mending> => {
  const whole = { today, ...world };
  return mendingOf(await runChecks(whole, { checks: [checkNamed(id)] }), whole, { cidrs: [] });
};
/** An account whose control plane's logs begin on a day and are kept for ever. */
const logsSince = (day: string, retentionInDays?: number): Pick<World, "account"> =>
  account({
    logGroup: {
      logGroupName: "/aws/eks/demo/cluster",
      creationTime: Date.parse(day),
      ...(retentionInDays === undefined ? {} : { retentionInDays }),
    },
  });
const patched = ({ patches }: Mending): string[] =>
  patches.flatMap((each) => each.patches.map(({ path }) => String(path.at(-1))));
const done = ({ remedies }: Mending): string[] => remedies.map(({ remedy }) => remedy.do);
const keepsForEver = "cloudWatch: {clusterLogging: {enableTypes: [audit, authenticator]}}";

describe("what mends logs", () => {
  it("gives them an end where nothing is lost by it", async ({ expect }) => {
    const young = logsSince("2026-11-01");
    expect(done(await mend(young, "LT-L002"))).toEqual(["keep-logs"]);
    expect(done(await mend(young, "LT-L001"))).toEqual(["enable-logs", "keep-logs"]);
    expect(patched(await mend(file(keepsForEver), "LT-L002"))).toEqual(["logRetentionInDays"]);
    expect(patched(await mend({ ...file("vpc: {}"), ...young }, "LT-L001"))).toEqual([
      "enableTypes",
      "logRetentionInDays",
    ]);
  });

  it("leaves older ones to a person, in the account and in its file", async ({ expect }) => {
    for (const logs of [logsSince("2025-01-01"), logsSince("2025-01-01", 365)]) {
      const both = await mend({ ...file(keepsForEver), ...logs }, "LT-L002");
      expect([both.mended, both.patches, both.remedies]).toEqual([[], [], []]);
      expect(both.left.map(({ reason }) => reason)[0]).toContain("would be deleted for good");
      expect(done(await mend(logs, "LT-L001"))).toEqual(["enable-logs"]);
      expect(patched(await mend({ ...file("vpc: {}"), ...logs }, "LT-L001"))).toEqual(["enableTypes"]);
    }
  });

  it("proposes no command that deletes them either", async ({ expect }) => {
    const commandOf = async (logs: Pick<World, "account">): Promise<string | undefined> =>
      (await runChecks({ today, ...logs }, { checks: [checkNamed("LT-L002")] })).findings[0]?.fix.command;
    expect(await commandOf(logsSince("2026-11-01"))).toContain("put-retention-policy");
    expect(await commandOf(logsSince("2025-01-01"))).toBe(undefined);
  });
});

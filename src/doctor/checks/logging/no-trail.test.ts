// What starts or widens a trail is asked of its home: elsewhere CloudTrail refuses.
import { describe, it } from "vitest";
import { runChecks } from "../../run.ts";
import { account, today } from "../../testing.ts";
import { noTrail } from "./no-trail.ts";

describe("LT-L003", () => {
  it.for<[logging: boolean, command: string]>([
    [false, "aws cloudtrail start-logging --name all --region us-east-1"],
    [true, "aws cloudtrail update-trail --name all --region us-east-1 --is-multi-region-trail"],
  ])("for a trail that records (%s) proposes %s", async ([logging, command], { expect }) => {
    const world = account({ trails: [{ name: "all", home: "us-east-1", multiRegion: false, logging }] });
    const { findings } = await runChecks({ today, ...world }, { checks: [noTrail] });
    expect(findings.map(({ fix }) => fix.command)).toEqual([command]);
  });
});

// The judge of the stacks room: what eksctl submitted for the same file.
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { loadCluster } from "../src/config/index.ts";
import type { Cluster } from "../src/config/index.ts";
import { compareTemplates, desiredFargateStack, desiredStacks, normaliseTemplate } from "../src/stacks/index.ts";
import type { DesiredStack } from "../src/stacks/index.ts";
import { readStack, recordedValues, recordings, withoutRecordedValues } from "./helpers/eksctl-golden.ts";
import type { Recording } from "./helpers/eksctl-golden.ts";

const root = resolve(import.meta.dirname, "..");
const own = recordings(join(root, "test/fixtures/eksctl-stacks"));
const shared = recordings(resolve(root, "../shared/data/eksctl-stacks"));

function load(recording: Recording): Cluster {
  const { cluster, diagnostics } = loadCluster(recording.configText, { file: "config.yaml" });
  if (!cluster) throw new Error(diagnostics.map(({ title }) => title).join("; "));
  return cluster;
}

const summary = ({
  stackName,
  capabilities,
  tags,
  enableTerminationProtection,
}: Omit<DesiredStack, "template">): object => ({
  stackName,
  capabilities,
  tags: tags.map(({ Key, Value }) => `${Key}=${Value}`).sort(),
  enableTerminationProtection,
});

/** Everything that differs, by stack. */
function differences(recording: Recording): string[] {
  const cluster = load(recording);
  const { name, region } = cluster.config.metadata;
  const { stacks, refusals } = desiredStacks(cluster, recordedValues(recording, name, region));
  if (refusals.length > 0) return refusals.map(({ title }) => title);
  return recording.stacks.flatMap((recorded) => {
    const built = stacks.find((stack) => stack.stackName === recorded.stackName);
    if (!built) return [`${recorded.stackName}: not built`];
    return compareTemplates(recorded.template, built.template).map(({ path }) => `${recorded.stackName}: ${path}`);
  });
}

describe.each(own)("$folder", (recording) => {
  const cluster = load(recording);
  const { name, region } = cluster.config.metadata;
  const { stacks } = desiredStacks(cluster, recordedValues(recording, name, region));

  it("gives the stacks that eksctl made", ({ expect }) => {
    const names = (list: readonly { stackName: string }[]): string[] => list.map(({ stackName }) => stackName).sort();
    expect(names(stacks)).toEqual(names(recording.stacks));
  });

  it.for(recording.stacks)("builds $stackName", (recorded, { expect }) => {
    const built = stacks.find((stack) => stack.stackName === recorded.stackName);
    if (!built) throw new Error("not built");
    expect(summary(built)).toEqual(summary(recorded as unknown as DesiredStack));
    expect(built.unresolved.filter((value) => value !== "physicalIds")).toEqual([]);
    expect(compareTemplates(recorded.template, built.template)).toEqual([]);
  });

  it("shows what an account would tell by name when nothing is known", ({ expect }) => {
    const offline = desiredStacks(cluster).stacks;
    for (const recorded of recording.stacks) {
      const built = offline.find((stack) => stack.stackName === recorded.stackName);
      if (!built) throw new Error("not built");
      const text = (template: typeof built.template): string => JSON.stringify(normaliseTemplate(template));
      expect(text(built.template)).toBe(withoutRecordedValues(text(recorded.template)));
    }
  });
});

it("gives a cluster that was made without Fargate the role that eksctl adds with the first profile", ({ expect }) => {
  const lifecycle = own.find(({ folder }) => folder === "s12-lifecycle");
  if (!lifecycle) throw new Error("no recording");
  const configText = `${lifecycle.configText}\nfargateProfiles: [{name: fp, selectors: [{namespace: fg}]}]\n`;
  const built = desiredFargateStack(load({ ...lifecycle, configText }), { account: "123456789012" });
  const recorded = readStack(join(root, "test/fixtures/eksctl-stacks/s12-lifecycle/later/eksctl-life-fargate.json"));
  if (!built) throw new Error("not built");
  expect(summary(built)).toEqual(summary(recorded as unknown as DesiredStack));
  expect(compareTemplates(recorded.template, built.template)).toEqual([]);
});

describe.skipIf(shared.length === 0)("all recordings (../shared/data, when it is there)", () => {
  it("are equal where the repository keeps a copy; the others are named", ({ expect }) => {
    const outcome = shared.map((recording) => ({ folder: recording.folder, found: differences(recording) }));
    const report = outcome.map(({ folder, found }) => `${found.length === 0 ? "=" : "≠"} ${folder}  ${found[0] ?? ""}`);
    console.log(report.join("\n"));
    const copied = own.map(({ folder }) => folder).filter((folder) => folder !== "s12-lifecycle");
    expect(outcome.filter(({ folder, found }) => copied.includes(folder) && found.length > 0)).toEqual([]);
  });
});

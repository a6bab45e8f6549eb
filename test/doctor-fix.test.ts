// What the doctor mends: each remedy takes its finding away, in the file and in the account, and the second time there is nothing to do.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import type { Host } from "../src/base/index.ts";
import { mend } from "../src/cli/actions/doctor-fix.ts";
import { readClusterFile } from "../src/cli/cluster-input.ts";
import type { Invocation, Terminal } from "../src/cli/command.ts";
import type { DoctorFix, DoctorVisit, FixOptions } from "../src/lotse.ts";
import { apply, doctor, hasChanges, recordingHost, runSteps } from "../src/lotse.ts";
import { account } from "../src/doctor/testing.ts";
import type { World } from "./helpers/world.ts";
import { clusterOf, openWorld } from "./helpers/world.ts";

const name = "careless";
const cidrs = ["198.51.100.0/24"];
const today = "2026-11-21";

/** A careless file, with a person's comments; each finding of it that has a remedy. */
const careless = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: ${name}, region: eu-central-1, version: "1.35"} # the old one
secretsEncryption: {keyARN: KEY}
vpc:
  cidr: 10.64.0.0/16
  # everybody, for now
cloudWatch:
  clusterLogging:
    enableTypes: # ask Anna
      - api
managedNodeGroups:
  - name: web # the first
    instanceType: m7i.large
    desiredCapacity: 1
    volumeType: gp2
    disableIMDSv1: false # the agent needs it?
`;
const ofFile = ["LT-N014", "LT-N015", "LT-D001", "LT-D003", "LT-D022", "LT-L001", "LT-L002"];
const ofAccount = [...ofFile, "LT-N019", "LT-E002", "LT-C007"];
/** Shown with a real API server: test/scenarios/doctor.test.ts. */
const ofCluster = ["LT-N012", "LT-S003"];

const findings = async (visit: Omit<DoctorVisit, "today">, ids: readonly string[]): Promise<string[]> => {
  const report = await doctor.run({ today, ...visit, only: ids });
  if (report.unknown.length > 0) throw new Error(report.unknown.map(({ reason }) => reason).join("; "));
  return [...new Set(report.findings.map(({ id }) => id))].toSorted();
};
const fixOf = async (visit: Omit<DoctorVisit, "today">, options: FixOptions = { cidrs }): Promise<DoctorFix> =>
  doctor.planFix({ today, ...visit }, { kubernetes: "never", ...options });

let world: World;
let text: string;

beforeAll(async () => {
  world = await openWorld({ kubernetes: "off", clock: "instant" });
  const { KeyMetadata } = world.send<{ KeyMetadata: { Arn: string } }>("kms", "CreateKey", {});
  text = careless.replace("KEY", KeyMetadata.Arn);
  const { ok, failed } = await world.apply(text);
  if (!ok) throw new Error(failed.map(({ message }) => message).join("; "));
  const { cluster } = world.send<{ cluster: { resourcesVpcConfig: { vpcId: string } } }>("eks", "DescribeCluster", {
    name,
  });
  const { vpcId } = cluster.resourcesVpcConfig;
  world.send("ec2", "ModifyVpcAttribute", { VpcId: vpcId, EnableDnsHostnames: { Value: false } });
});

afterAll(async () => {
  await world.close();
});

describe("lotse doctor --fix", () => {
  it("is what every check that says so has a test for", async ({ expect }) => {
    const fixable = (await doctor.list()).filter((check) => check.fixable).map(({ id }) => id);
    expect(fixable.toSorted()).toEqual([...new Set([...ofAccount, ...ofCluster])].toSorted());
  });

  it.for(ofFile)("mends %s in the file, and nothing else of it", async (id, { expect }) => {
    const file = await clusterOf(text);
    expect(await findings({ file }, [id])).toEqual([id]);
    const first = await fixOf({ file, only: [id] }, { cidrs, text });
    expect(first.mended.map((each) => each.id)).toEqual([id]);
    expect(first.steps).toBe(undefined);
    const { cluster, after, diff } = first.file ?? { cluster: file, after: "", diff: [] };
    expect(await findings({ file: cluster }, [id])).toEqual([]);
    const comments = (of: string): string[] => of.match(/#.*/g) ?? [];
    expect(comments(after)).toEqual(comments(text));
    expect(diff.filter((line) => line.startsWith("- ")).length).toBeLessThanOrEqual(1);
    const second = await fixOf({ file: cluster, only: [id] }, { cidrs, text: after });
    expect([second.mended, second.file]).toEqual([[], undefined]);
  });

  it("leaves to a person what the file's way of writing doesn't let be set, and mends the rest", async ({ expect }) => {
    const shared = `${text.replace("- name: web", "- &web\n    name: web")}  - {<<: *web, name: db}\n`;
    const only = ["LT-L001", "LT-D001", "LT-D003"];
    const fix = await fixOf({ file: await clusterOf(shared), only }, { text: shared });
    expect(fix.mended.map(({ id }) => id)).toEqual(["LT-L001"]);
    expect(fix.left.map(({ finding: { id, resource } }) => `${id} ${resource.name}`).toSorted()).toEqual([
      "LT-D001 db",
      "LT-D001 web",
      "LT-D003 db",
      "LT-D003 web",
    ]);
    for (const { reason } of fix.left) expect(reason).toContain("can't be set in the file by itself");
    const groups = (of = ""): string | undefined => of.split("managedNodeGroups")[1];
    expect(groups(fix.file?.after)).toBe(groups(shared));
  });

  it("leaves to a person what would make the file invalid", async ({ expect }) => {
    const fix = await fixOf({ file: await clusterOf(text), only: ["LT-N014", "LT-L001"] }, { cidrs: ["office"], text });
    expect(fix.mended.map(({ id }) => id)).toEqual(["LT-L001"]);
    expect(fix.left).toMatchObject([
      { finding: { id: "LT-N014" }, reason: expect.stringContaining("office") as string },
    ]);
    expect(fix.file?.after).not.toContain("office");
  });

  it("makes gp2 gp3 and leaves other types alone, in the file", async ({ expect }) => {
    const fast = text.replace("volumeType: gp2", "volumeType: io2\n    volumeIOPS: 4000");
    const { file } = await fixOf({ file: await clusterOf(fast), only: ["LT-D003"] }, { text: fast });
    expect(file?.diff.filter((line) => /^[-+] /.test(line))).toEqual(["+     volumeEncrypted: true"]);
  });

  it.for([
    ["gp2", { encrypted: true, volumeType: "gp3" }],
    [undefined, { encrypted: true, volumeType: "gp3" }],
    ["io2", { encrypted: true }],
  ] as const)("asks of a launch template with %s for %o", async ([VolumeType, set], { expect }) => {
    const { fix } = await doctor.explain("LT-D003");
    const data = { BlockDeviceMappings: [{ Ebs: { ...(VolumeType && { VolumeType }) } }] };
    const launchTemplates = [{ group: "web", managed: true, id: "lt-1", version: "1", latest: "1", data }];
    const found = { source: "account", resource: { kind: "NodeGroup", name: "web" }, path: undefined } as const;
    expect(await fix?.(found, { today, ...account({ launchTemplates }) }, { cidrs })).toEqual([
      { do: "launch-template", nodeGroup: "web", set },
    ]);
  });

  it("leaves open to a person what only a person knows", async ({ expect }) => {
    const fix = await fixOf({ file: await clusterOf(text), only: ["LT-N014"] }, { text });
    expect([fix.mended, fix.file]).toEqual([[], undefined]);
    expect(fix.left.map(({ reason }) => reason)).toEqual([expect.stringContaining("--cidr")]);
    const wide = await fixOf({ file: await clusterOf(text), only: ["LT-N014"] }, { cidrs: ["0.0.0.0/0"], text });
    expect([wide.file, wide.left.map(({ reason }) => reason)]).toEqual([undefined, [expect.stringContaining("world")]]);
  });

  it("leaves alone what somebody has decided to live with", async ({ expect }) => {
    const decision = `---\napiVersion: lotse.dev/v1alpha1\nkind: Platform\ndoctor: {exclude: [{check: LT-L001, reason: soon, until: "2099-01-01"}]}\n`;
    const excluded = await fixOf(
      { file: await clusterOf(text + decision), only: ["LT-L001"] },
      { text: text + decision },
    );
    expect(excluded.mended).toEqual([]);
  });

  it("mends the file, applies it, and then what the file doesn't rule", async ({ expect }) => {
    const living = { aws: world.aws, name, kubernetes: false };
    const file = await clusterOf(text);
    const host = recordingHost();
    const how = { kubernetes: "never" } as const;
    expect(await findings({ living }, ofAccount)).toEqual(ofAccount.toSorted());

    const first = await fixOf({ file, living }, { cidrs, text });
    const mended = first.file?.cluster ?? file;
    const planned = first.ofFile?.steps.map(({ id }) => id);
    expect(planned).toEqual(
      expect.arrayContaining(["cluster-endpoints/careless", "cluster-logging/careless", "nodegroup/web"]),
    );
    // What the file rules isn't done twice.
    expect(first.steps?.steps.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["cluster-protection/careless", expect.stringMatching(/^vpc\//)]),
    );
    expect(first.steps?.steps.map(({ kind }) => kind)).not.toContain("nodegroup");

    if (first.ofFile) expect((await apply(first.ofFile, world.aws, host, how)).failed).toEqual([]);
    const rest = await fixOf({ file: mended, living }, { cidrs, text: first.file?.after ?? "" });
    expect(rest.file).toBe(undefined);
    if (rest.steps) expect((await runSteps(rest.steps, world.aws, host, how)).failed).toEqual([]);
    expect(await findings({ living, file: mended }, ofAccount)).toEqual([]);
    const again = await fixOf({ file: mended, living }, { cidrs, text: first.file?.after ?? "" });
    expect([again.file, again.steps]).toEqual([undefined, undefined]);
  });

  describe("as a command", () => {
    const file = join(mkdtempSync(join(tmpdir(), "lotse-fix-")), "cluster.yaml");
    const only = ["LT-L001", "LT-N019", "LT-C007"];
    const lateCluster = (): { deletionProtection: boolean; resourcesVpcConfig: { vpcId: string } } =>
      world.send<{ cluster: ReturnType<typeof lateCluster> }>("eks", "DescribeCluster", { name: "late" }).cluster;
    const setNames = (on: boolean): void => {
      const { vpcId } = lateCluster().resourcesVpcConfig;
      world.send("ec2", "ModifyVpcAttribute", { VpcId: vpcId, EnableDnsHostnames: { Value: on } });
    };
    const protect = (deletionProtection: boolean): void => {
      if (lateCluster().deletionProtection !== deletionProtection)
        world.send("eks", "UpdateClusterConfig", { name: "late", deletionProtection });
    };
    /** `lotse doctor --fix` by a person who answers, with the result's code and what was written. */
    const command = async (
      host: Host,
      output = "table",
    ): Promise<{ code: unknown; stdout: string; stderr: string }> => {
      const written = { stdout: "", stderr: "" };
      const stream = (to: keyof typeof written): Terminal["stdout"] => ({
        write: (more) => void (written[to] += more),
        isTTY: false,
        columns: 100,
        color: false,
      });
      const terminal = { stdin: Readable.from([]), stdout: stream("stdout"), stderr: stream("stderr") };
      const options = { file, output, awsOnly: true };
      const { signal } = new AbortController();
      const invocation: Invocation = { arguments: [], options, env: {}, terminal, host, signal };
      const target = { open: { region: "eu-central-1" }, label: "sandbox", isSandbox: true };
      const living = { aws: world.aws, name: "late", kubernetes: false };
      const visit = { today, living, only, file: await readClusterFile(invocation) };
      const code = await mend(invocation, visit, { aws: world.aws, target }).catch((error: unknown) => error);
      return { code, ...written };
    };
    const late = (): string => text.replace(`name: ${name}`, "name: late").replace("10.64.0.0", "10.67.0.0");

    beforeAll(async () => {
      writeFileSync(file, late());
      const { ok } = await world.apply(late());
      if (!ok) throw new Error("late isn't there");
    });

    beforeEach(() => {
      writeFileSync(file, late());
      setNames(false);
      protect(true);
    });

    it("does what was shown, and tells what has become due since", async ({ expect }) => {
      const host = recordingHost();
      const ask = async (): Promise<boolean> => {
        protect(false);
        return true;
      };
      const { code, stderr } = await command({ ...host, ask });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/vpc vpc-/)]);
      expect(stderr).not.toContain("cluster-protection");
      const told = host.messages.filter((message) => message.code === "cli/not-shown");
      expect(told.map(({ data }) => data)).toEqual([{ steps: ["cluster-protection/late"] }]);
      const living = { aws: world.aws, name: "late", kubernetes: false };
      expect(await findings({ living }, only)).toEqual(["LT-C007"]);
    });

    it("tells what was done although the second look fails", async ({ expect }) => {
      const host = recordingHost();
      let rule: string | undefined;
      const emit: Host["emit"] = ({ code }) => {
        // As when credentials end: the file is applied, and from then on nobody answers.
        if (code === "engine/finished")
          rule ??= world.sandbox.faults.add({
            service: "eks",
            operation: "DescribeCluster",
            effect: { kind: "error", code: "AccessDeniedException", message: "no" },
          }).id;
      };
      const { code, stdout } = await command({ ...host, emit }, "json");
      if (rule !== undefined) world.sandbox.faults.remove(rule);
      expect(code).toMatchObject({ code: expect.stringMatching(/^aws\//) as string });
      expect(JSON.parse(stdout)).toMatchObject({ results: [{ ok: true }] });
    });

    it("looks only once where nothing but the file is mended", async ({ expect }) => {
      setNames(true);
      const host = recordingHost();
      const ask = async (): Promise<boolean> => {
        protect(false);
        return true;
      };
      expect((await command({ ...host, ask })).code).toBe(0);
      expect(host.messages.filter(({ code }) => code === "cli/not-shown")).toEqual([]);
    });

    it("refuses a file that somebody has saved meanwhile", async ({ expect }) => {
      const ask = async (): Promise<boolean> => {
        writeFileSync(file, `${late()}# Anna\n`);
        return true;
      };
      const { code } = await command({ ...recordingHost(), ask });
      expect(code).toMatchObject({ code: "cli/changed-meanwhile" });
      expect(readFileSync(file, "utf8")).toBe(`${late()}# Anna\n`);
    });
  });

  it("mends the account alone, where there is no file", async ({ expect }) => {
    const other = text.replace(`name: ${name}`, "name: nofile").replace("10.64.0.0", "10.65.0.0");
    expect((await world.apply(other)).ok).toBe(true);
    const living = { aws: world.aws, name: "nofile", kubernetes: false };
    const ids = ofAccount.filter((id) => id !== "LT-N019" && id !== "LT-E002");
    expect(await findings({ living }, ids)).toEqual(ids.toSorted());
    const fix = await fixOf({ living, only: ids });
    const { steps } = fix;
    expect([fix.file, fix.ofFile]).toEqual([undefined, undefined]);
    expect(steps?.steps.find(({ id }) => id === "nodegroup/web")).toMatchObject({ effect: "rolling" });
    if (steps) expect((await runSteps(steps, world.aws, recordingHost(), { kubernetes: "never" })).failed).toEqual([]);
    expect(await findings({ living }, ids)).toEqual([]);
    const again = await fixOf({ living, only: ids });
    expect(again.steps && hasChanges(again.steps)).toBe(undefined);
  });

  it("switches logs on for a time, where there are none yet", async ({ expect }) => {
    const bare = `${text.slice(0, text.indexOf("cloudWatch"))}${text.slice(text.indexOf("managedNodeGroups"))}`
      .replace(`name: ${name}`, "name: silent")
      .replace("10.64.0.0", "10.66.0.0");
    expect((await world.apply(bare)).ok).toBe(true);
    const living = { aws: world.aws, name: "silent", kubernetes: false };
    const only = ["LT-L001", "LT-L002"];
    expect(await findings({ living }, only)).toEqual(["LT-L001"]);
    const { steps } = await fixOf({ living, only });
    if (steps) expect((await runSteps(steps, world.aws, recordingHost(), { kubernetes: "never" })).failed).toEqual([]);
    expect(await findings({ living }, only)).toEqual([]);
    const { file: mended } = await fixOf({ file: await clusterOf(bare), only }, { text: bare });
    expect(await findings({ file: mended?.cluster ?? (await clusterOf(bare)) }, only)).toEqual([]);
  });

  it("says whose launch template it is, where no stack of eksctl's rules it", async ({ expect }) => {
    const { launchTemplate, subnets, nodeRole } = world.send<{
      nodegroup: { launchTemplate: { id: string; version: string }; subnets: string[]; nodeRole: string };
    }>("eks", "DescribeNodegroup", { clusterName: "nofile", nodegroupName: "web" }).nodegroup;
    world.send("ec2", "CreateLaunchTemplateVersion", {
      LaunchTemplateId: launchTemplate.id,
      SourceVersion: "1",
      LaunchTemplateData: { MetadataOptions: { HttpTokens: "optional" } },
    });
    const { LaunchTemplateVersions } = world.send<{ LaunchTemplateVersions: { VersionNumber: number }[] }>(
      "ec2",
      "DescribeLaunchTemplateVersions",
      { LaunchTemplateId: launchTemplate.id, Versions: ["$Latest"] },
    );
    world.send("eks", "CreateNodegroup", {
      clusterName: "nofile",
      nodegroupName: "foreign",
      subnets,
      nodeRole,
      launchTemplate: { id: launchTemplate.id, version: String(LaunchTemplateVersions[0]?.VersionNumber) },
    });
    const fix = await fixOf({ living: { aws: world.aws, name: "nofile", kubernetes: false }, only: ["LT-D001"] });
    expect(new Set(fix.mended.map(({ resource }) => resource.kind))).toEqual(new Set(["Instance"]));
    expect(fix.left.map(({ finding }) => finding.resource.name)).toEqual(["foreign"]);
    expect(fix.steps?.notes.map((note) => note.text).join()).toContain(
      "Node group foreign has a launch template of its own",
    );
  });
});

// Plans of remedies: safe changes of a living cluster that a check-up asks for, each by the call or stack that rules it.
import type { Aws } from "../aws/index.ts";
import type { StackCapability, Template, TemplateResource, TemplateValue } from "../stacks/index.ts";
import { diffTemplates, gravest } from "./compare/template-diff.ts";
import { submission } from "./compare/submission.ts";
import { planOf, requireLiving } from "./drain.ts";
import type { Found, FoundStack } from "./found.ts";
import type { Note, Plan, StepKind } from "./plan.ts";
import { draft, type Draft } from "./planning.ts";
import { readFound } from "./read/found.ts";
import { insideDraft } from "./steps/kubernetes/inside.ts";
import { stackIamActions } from "./steps/stack.ts";
import type { ClusterConfigChange, Work } from "./work.ts";

/** One safe change of what lives. */
export type Remedy =
  /** Types of the control plane's logs that are to be on, besides those that are. */
  | { do: "enable-logs"; types: readonly string[] }
  | { do: "private-access" }
  | { do: "narrow-public-access"; cidrs: readonly string[] }
  | { do: "protect-from-deletion" }
  | { do: "repair-nodes"; nodeGroup: string }
  /** In the launch template of a group's stack; nodes are replaced one after the other. */
  | { do: "launch-template"; nodeGroup: string; set: LaunchTemplateWish }
  | { do: "demand-tokens"; instance: string }
  | { do: "keep-logs"; logGroup: string; days: number }
  | { do: "rotate-key"; key: string }
  | { do: "vpc-dns"; vpc: string; attributes: readonly VpcDnsAttribute[] }
  | { do: "tag-subnet"; subnet: string; tags: Readonly<Record<string, string>> }
  | { do: "default-class"; type: string; instead: readonly string[] };

/** Attributes of a VPC that names need. */
export type VpcDnsAttribute = "enableDnsSupport" | "enableDnsHostnames";

/** Settings of a launch template. */
export interface LaunchTemplateWish {
  /** Version 2 of the metadata service alone. */
  tokens?: true;
  encrypted?: true;
  volumeType?: "gp3";
}

/** A remedy, and what it is for: the reason of its step. */
export interface AskedRemedy {
  /** `LT-L001: Logs of audit are off`. */
  why: string;
  remedy: Remedy;
}

type Of<D extends Remedy["do"]> = Extract<Remedy, { do: D }>;
type Asked<D extends Remedy["do"]> = readonly { why: string; remedy: Of<D> }[];

const minute = 60;
const whyOf = (asked: readonly { why: string }[]): Draft["why"] =>
  [...new Set(asked.map(({ why }) => why))].map((text) => ({ code: "plan/asked", text }));

function clusterDraft(
  found: Found,
  kind: StepKind,
  asked: readonly { why: string }[],
  change: ClusterConfigChange,
  seconds: number = minute,
): Draft[] {
  if (asked.length === 0) return [];
  return [
    draft({
      kind,
      name: found.name,
      action: "update",
      effect: change.endpoints ? "in place" : "none",
      phase: "control-plane",
      why: whyOf(asked),
      duration: seconds,
      iamActions: ["eks:DescribeCluster", "eks:DescribeUpdate", "eks:UpdateClusterConfig"],
      work: { do: "update-cluster", change },
    }),
  ];
}

/** The same remedy for several findings is one. */
function once<D extends Remedy["do"]>(asked: Asked<D>): { whys: Asked<D>; remedy: Of<D> }[] {
  const groups = new Map<string, { whys: Asked<D>; remedy: Of<D> }>();
  for (const each of asked) {
    const key = JSON.stringify(each.remedy);
    groups.set(key, { remedy: each.remedy, whys: [...(groups.get(key)?.whys ?? []), each] });
  }
  return [...groups.values()];
}

/** A step of one call. */
function callDraft(
  kind: StepKind,
  name: string,
  whys: readonly { why: string }[],
  iamActions: string[],
  work: Work,
): Draft {
  return draft({
    kind,
    name,
    action: "update",
    phase: "beside",
    why: whyOf(whys),
    duration: 2,
    iamActions,
    work,
  });
}

const stackOfGroup = (found: Found, name: string): FoundStack | undefined =>
  [...found.stacks.values()].find(({ tags }) => tags["alpha.eksctl.io/nodegroup-name"] === name);

type Json = Readonly<Record<string, TemplateValue>>;

/** The template with other settings of its launch template; undefined where it has none. */
function withLaunchTemplate(template: Template, wishes: readonly LaunchTemplateWish[]): Template | undefined {
  const found = Object.entries(template.Resources).find(([, { Type }]) => Type === "AWS::EC2::LaunchTemplate");
  if (!found) return undefined;
  const [id, resource] = found;
  const { tokens, encrypted, volumeType } = Object.assign({}, ...wishes) as LaunchTemplateWish;
  const data = (resource.Properties?.["LaunchTemplateData"] ?? {}) as Json;
  const [root, ...rest] = (data["BlockDeviceMappings"] ?? []) as Json[];
  const metadata = {
    ...(data["MetadataOptions"] as Json | undefined),
    ...(tokens && { HttpTokens: "required" }),
  };
  const disk = root && {
    ...root,
    Ebs: {
      ...(root["Ebs"] as Json | undefined),
      ...(encrypted && { Encrypted: true }),
      ...(volumeType && { VolumeType: volumeType }),
    },
  };
  const changed: TemplateResource = {
    ...resource,
    Properties: {
      ...resource.Properties,
      LaunchTemplateData: {
        ...data,
        ...(Object.keys(metadata).length > 0 && { MetadataOptions: metadata }),
        ...(disk && { BlockDeviceMappings: [disk, ...rest] }),
      },
    },
  };
  return { ...template, Resources: { ...template.Resources, [id]: changed } };
}

function launchTemplateDraft(found: Found, name: string, asked: Asked<"launch-template">): Draft | Note {
  const stack = stackOfGroup(found, name);
  const after =
    stack?.template &&
    withLaunchTemplate(
      stack.template,
      asked.map(({ remedy }) => remedy.set),
    );
  if (!stack?.template || !after) {
    const text = `Node group ${name} has a launch template of its own; whoever made it changes it: ${asked.map(({ why }) => why).join("; ")}`;
    return { code: "plan/not-eksctl", text };
  }
  const changes = diffTemplates(stack.template, after);
  return draft({
    kind: "nodegroup",
    name,
    stack: stack.name,
    action: "update",
    effect: gravest(changes.map(({ effect }) => effect)),
    phase: "nodes",
    why: whyOf(asked),
    duration: Math.max(1, found.nodeGroups.get(name)?.scalingConfig?.desiredSize ?? 1) * 4 * minute,
    iamActions: stackIamActions(
      "update",
      changes.map(({ type }) => type),
    ),
    provides: [stack.name],
    work: {
      do: "update-stack",
      stack: stack.name,
      template: submission(stack.template, after, changes),
      tags: Object.entries(stack.tags)
        .filter(([key]) => !key.startsWith("aws:"))
        .map(([Key, Value]) => ({ Key, Value })),
      capabilities: [...stack.capabilities] as StackCapability[],
    },
  });
}

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

function drafts(found: Found, asked: readonly AskedRemedy[]): (Draft | Note)[] {
  const of = <D extends Remedy["do"]>(what: D): Asked<D> =>
    asked.filter((each): each is { why: string; remedy: Of<D> } => each.remedy.do === what);
  const logs = of("enable-logs");
  const on = new Set([
    ...(found.cluster?.logging?.clusterLogging ?? []).flatMap(({ enabled, types = [] }) => (enabled ? types : [])),
    ...logs.flatMap(({ remedy }) => remedy.types),
  ] as string[]);
  const narrow = of("narrow-public-access");
  const reach = [...of("private-access"), ...narrow];
  const [cidrs] = narrow.map(({ remedy }) => remedy.cidrs);
  const groups = [...new Set(of("launch-template").map(({ remedy }) => remedy.nodeGroup))];
  const inGroup = (name: string): Asked<"launch-template"> =>
    of("launch-template").filter(({ remedy }) => remedy.nodeGroup === name);
  return [
    ...clusterDraft(found, "cluster-logging", logs, {
      logging: { enable: logTypes.filter((type) => on.has(type)), disable: [] },
    }),
    // Whoever narrows public access needs private access first: nodes come by the public way else.
    ...clusterDraft(
      found,
      "cluster-endpoints",
      reach,
      { endpoints: { privateAccess: true, ...(cidrs && { publicAccess: true, publicAccessCidrs: [...cidrs] }) } },
      8 * minute,
    ),
    ...clusterDraft(found, "cluster-protection", of("protect-from-deletion"), { deletionProtection: true }),
    ...groups.map((name) => launchTemplateDraft(found, name, inGroup(name))),
    ...once(of("repair-nodes")).map(({ whys, remedy: { nodeGroup } }) => ({
      ...callDraft("nodegroup-update-config", nodeGroup, whys, ["eks:UpdateNodegroupConfig", "eks:DescribeUpdate"], {
        do: "update-nodegroup",
        nodeGroup,
        repair: true,
      }),
      after: [stackOfGroup(found, nodeGroup)?.name ?? []].flat(),
    })),
    ...once(of("demand-tokens")).map(({ whys, remedy: { instance } }) =>
      callDraft("instance", instance, whys, ["ec2:ModifyInstanceMetadataOptions"], { do: "demand-tokens", instance }),
    ),
    ...once(of("keep-logs")).map(({ whys, remedy: { logGroup, days } }) =>
      callDraft("log-retention", logGroup, whys, ["logs:PutRetentionPolicy"], { do: "keep-logs", logGroup, days }),
    ),
    ...once(of("rotate-key")).map(({ whys, remedy: { key } }) =>
      callDraft("key", key, whys, ["kms:EnableKeyRotation"], { do: "rotate-key", key }),
    ),
    ...once(of("vpc-dns")).map(({ whys, remedy: { vpc, attributes } }) =>
      callDraft("vpc", vpc, whys, ["ec2:ModifyVpcAttribute"], { do: "vpc-dns", vpc, attributes: [...attributes] }),
    ),
    ...once(of("tag-subnet")).map(({ whys, remedy: { subnet, tags } }) =>
      callDraft("subnet", subnet, whys, ["ec2:CreateTags"], { do: "tag-ec2", resource: subnet, tags: { ...tags } }),
    ),
    ...once(of("default-class")).map(({ whys, remedy: { type, instead } }) =>
      insideDraft({
        kind: "storage-class",
        name: type,
        action: "update",
        why: whyOf(whys),
        work: { do: "default-storage-class", type, provisioner: "ebs.csi.aws.com", instead: [...instead] },
      }),
    ),
  ];
}

const isDraft = (each: Draft | Note): each is Draft => "work" in each;

/** Plans remedies on a living cluster; those of one thing are one step. @throws LotseError `plan/no-cluster` */
export async function planRemedies(cluster: string, aws: Aws, asked: readonly AskedRemedy[]): Promise<Plan> {
  const found = await readFound(aws, cluster);
  requireLiving(found);
  const all = drafts(found, asked);
  return planOf(
    found,
    all.filter(isDraft),
    all.filter((each): each is Note => !isDraft(each)),
  );
}

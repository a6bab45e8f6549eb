// Plans that move a cluster to another version: the control plane by one minor, then add-ons, then nodes.
import { LotseError } from "../base/index.ts";
import { isGone, type Aws } from "../aws/index.ts";
import { amiTypeParameters } from "../facts/index.ts";
import type { StackCapability, Template, TemplateResource } from "../stacks/index.ts";
import { blueGreen } from "./upgrade-blue-green.ts";
import { groupNames, planOf, requireGroups, requireLiving } from "./drain.ts";
import type { Found } from "./found.ts";
import type { Note, Plan } from "./plan.ts";
import { draft, type Draft } from "./planning.ts";
import { readFound } from "./read/found.ts";
import { compareAddonVersions, readAddonVersions } from "./read/looked-up.ts";
import { stackIamActions } from "./steps/stack.ts";

/** What is upgraded, and to what. */
export interface UpgradeOptions {
  /** The control plane; `to` is the next minor when absent. */
  controlPlane?: { to?: string; force?: boolean };
  /** Add-ons by name, `*` for all; to the newest that fits when no version is given. */
  addons?: { names: readonly string[]; to?: string; force?: boolean };
  /** Managed node groups by name, `*` for all. */
  nodeGroups?: {
    names: readonly string[];
    kubernetesVersion?: string;
    releaseVersion?: string;
    force?: boolean;
    /** `surge`, the default: EKS replaces nodes one after the other. `blue-green`: a new group takes the old one's place. */
    way?: "surge" | "blue-green";
  };
}

const minorOf = (version: string): number => Number(version.split(".")[1]);
const minutes = 60;
const asked = "plan/asked";

function controlPlane(found: Found, options: NonNullable<UpgradeOptions["controlPlane"]>): Draft[] {
  const have = requireLiving(found).version ?? "";
  const want = options.to ?? `1.${minorOf(have) + 1}`;
  if (want === have) return [];
  const distance = minorOf(want) - minorOf(have);
  if (!/^1\.\d+$/.test(want) || distance > 1) {
    throw new LotseError("plan/version-skips", {
      title: `Kubernetes ${have} can't go to ${want} in one step`,
      remedy: `EKS upgrades one minor at a time: --version 1.${minorOf(have) + 1}, then go on`,
    });
  }
  if (distance < -1) {
    throw new LotseError("plan/version-downgrade", {
      title: `Kubernetes ${have} can't go back to ${want}`,
      remedy: `EKS rolls back one minor, within 7 days of the upgrade: --version 1.${minorOf(have) - 1}`,
    });
  }
  return [
    draft({
      kind: "cluster-version",
      name: found.name,
      action: "update",
      effect: "in place",
      phase: "control-plane",
      why: [{ code: asked, text: `Kubernetes version: ${have} → ${want}${distance < 0 ? " (rolled back)" : ""}` }],
      duration: 10 * minutes,
      iamActions: ["eks:DescribeCluster", "eks:DescribeUpdate", "eks:UpdateClusterVersion"],
      work: { do: "upgrade-cluster", version: want, force: options.force ?? false },
    }),
  ];
}

const named = (names: readonly string[], all: readonly string[]): readonly string[] =>
  names.includes("*") ? all : names;

async function addonDrafts(
  aws: Aws,
  found: Found,
  minor: string,
  options: NonNullable<UpgradeOptions["addons"]>,
): Promise<Draft[]> {
  const names = named(options.names, [...found.addons.keys()]);
  const unknown = names.filter((name) => !found.addons.has(name));
  if (unknown.length > 0) {
    throw new LotseError("plan/no-addon", {
      title: `Cluster ${found.name} has no add-on ${unknown.join(", ")}`,
      remedy: `It has ${[...found.addons.keys()].join(", ") || "none"}`,
    });
  }
  const drafts = await Promise.all(
    names.map(async (name): Promise<Draft[]> => {
      const have = found.addons.get(name)?.addonVersion ?? "";
      const filter = { publishers: [], types: [], owners: [] };
      const versions = await readAddonVersions(aws, minor, { name, filter });
      const meant = options.to;
      const want =
        meant === undefined || meant === "latest"
          ? versions[0]?.version
          : versions.find(({ version }) => version === meant || version.includes(meant))?.version;
      if (want === undefined) {
        throw new LotseError("plan/addon-version", {
          title: `EKS offers no version ${meant ?? ""} of add-on ${name} for Kubernetes ${minor}`,
          remedy: `It offers ${versions.map(({ version }) => version).join(", ") || "none"}`,
        });
      }
      const isNewer = compareAddonVersions(want, have) > 0;
      if (want === have || (meant === undefined && !isNewer)) return [];
      return [
        draft({
          kind: "addon",
          name,
          action: "update",
          effect: "rolling",
          phase: "network",
          why: [{ code: asked, text: `version: ${have} → ${want}` }],
          duration: 2 * minutes,
          iamActions: ["eks:DescribeAddon", "eks:DescribeAddonVersions", "eks:DescribeUpdate", "eks:UpdateAddon"],
          provides: [`upgraded/${name}`],
          work: {
            do: "update-addon",
            addon: name,
            version: want,
            // Settings that somebody changed inside the cluster stay, unless asked otherwise.
            resolveConflicts: options.force ? "OVERWRITE" : "PRESERVE",
          },
        }),
      ];
    }),
  );
  return drafts.flat();
}

const groupType = "AWS::EKS::Nodegroup";

function withProperties(
  template: Template,
  change: TemplateResource["Properties"],
  remove: readonly string[],
): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    if (resource.Type !== groupType) return [id, resource] as const;
    const kept = Object.entries(resource.Properties ?? {}).filter(([name]) => !remove.includes(name));
    return [id, { ...resource, Properties: { ...Object.fromEntries(kept), ...change } }] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** The newest release of a group's image; undefined where AWS publishes none. */
async function newestRelease(aws: Aws, amiType: string, version: string): Promise<string | undefined> {
  const name = amiTypeParameters(amiType, version)?.release;
  if (name === undefined) return undefined;
  try {
    return (await aws.call("ssm", "GetParameter", { Name: name })).Parameter?.Value;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function groupDraft(
  aws: Aws,
  found: Found,
  name: string,
  minor: string,
  options: NonNullable<UpgradeOptions["nodeGroups"]>,
): Promise<(Draft | Note)[]> {
  const group = found.nodeGroups.get(name);
  const stack = [...found.stacks.values()].find(({ tags }) => tags["alpha.eksctl.io/nodegroup-name"] === name);
  if (!group) {
    const text = `Node group ${name} is self-managed: its nodes get a newer image when a new group takes its place (another name in the file, then lotse apply --prune)`;
    return [{ code: "plan/nodes-stay", text }];
  }
  if (!stack?.template || group.amiType === "CUSTOM") {
    const text = group.amiType === "CUSTOM" ? "has an image of its own" : "has no stack of eksctl's";
    return [{ code: "plan/nodes-stay", text: `Node group ${name} ${text}; it is upgraded by whoever made it` }];
  }
  if (options.way === "blue-green" && group.version !== minor) {
    const { drafts, notes } = blueGreen(found, group, { ...stack, template: stack.template }, minor);
    return [...drafts, ...notes];
  }
  const release = options.releaseVersion ?? (await newestRelease(aws, group.amiType ?? "", minor));
  if (group.version === minor && (release === undefined || release === group.releaseVersion)) return [];
  const texts = [
    ...(group.version === minor ? [] : [`Kubernetes version: ${group.version} → ${minor}`]),
    ...(release === undefined ? [] : [`release: ${group.releaseVersion} → ${release}`]),
  ];
  const step = draft({
    kind: "nodegroup",
    name,
    stack: stack.name,
    action: "update",
    effect: "rolling",
    phase: "nodes",
    why: texts.map((text) => ({ code: asked, text })),
    duration: Math.max(1, group.scalingConfig?.desiredSize ?? 1) * 4 * minutes,
    iamActions: stackIamActions("update", [groupType]).concat("ssm:GetParameter"),
    work: {
      do: "update-stack",
      stack: stack.name,
      // A release says its minor; the two together have to agree.
      template: withProperties(
        stack.template,
        {
          ...(release === undefined ? { Version: minor } : { ReleaseVersion: release }),
          ForceUpdateEnabled: options.force ?? false,
        },
        release === undefined ? ["ReleaseVersion"] : ["Version"],
      ),
      tags: Object.entries(stack.tags)
        .filter(([key]) => !key.startsWith("aws:"))
        .map(([Key, Value]) => ({ Key, Value })),
      capabilities: [...stack.capabilities] as StackCapability[],
    },
  });
  return [step];
}

const isDraft = (each: Draft | Note): each is Draft => "work" in each;

/** What stays behind when the control plane moves, and how it follows. */
function followUps(found: Found, minor: string, options: UpgradeOptions): Note[] {
  const all = `--cluster ${found.name}`;
  const groups = groupNames(found).filter((name) => found.nodeGroups.get(name)?.version !== minor);
  return [
    ...(options.addons || found.addons.size === 0
      ? []
      : [{ code: "plan/nodes-stay", text: `Then add-ons follow: lotse upgrade addon ${all}` }]),
    ...(options.nodeGroups || groups.length === 0
      ? []
      : [
          { code: "plan/nodes-stay", text: `Then nodes follow (${groups.join(", ")}): lotse upgrade nodegroup ${all}` },
        ]),
  ];
}

/**
 * Plans an upgrade, in the order in which versions may differ: control plane, add-ons, nodes.
 *
 * @throws LotseError `plan/no-cluster`, `plan/no-addon`, `plan/no-nodegroup`, `plan/version-skips`, `plan/version-downgrade`
 */
export async function planUpgrade(cluster: string, aws: Aws, options: UpgradeOptions): Promise<Plan> {
  const found = await readFound(aws, cluster);
  const living = requireLiving(found);
  const ofControlPlane = options.controlPlane ? controlPlane(found, options.controlPlane) : [];
  const [step] = ofControlPlane;
  const minor = step?.work?.do === "upgrade-cluster" ? step.work.version : (living.version ?? "");
  const ofAddons = options.addons ? await addonDrafts(aws, found, minor, options.addons) : [];
  const { nodeGroups } = options;
  const names = nodeGroups ? named(nodeGroups.names, groupNames(found)) : [];
  requireGroups(found, names);
  const version = nodeGroups?.kubernetesVersion ?? minor;
  const ofGroups = nodeGroups
    ? await Promise.all(names.map(async (name) => groupDraft(aws, found, name, version, nodeGroups)))
    : [];
  const known = ofGroups.flat();
  const notes = known.filter((each): each is Note => !isDraft(each));
  const follow = step ? followUps(found, minor, options) : [];
  return planOf(found, [...ofControlPlane, ...ofAddons, ...known.filter(isDraft)], [...notes, ...follow]);
}

// EKS add-ons: made with the version that AWS or the file says, changed in place, made anew when their creation failed.
import type { Addon } from "@aws-sdk/client-eks";
import { parse } from "yaml";
import type { DesiredAddon, RoleReference } from "../../stacks/index.ts";
import { sameMeaning } from "../compare/canonical.ts";
import { shown } from "../compare/differences.ts";
import type { FoundAddonVersion } from "../found.ts";
import type { Why } from "../plan.ts";
import { draft, isWritten, refuse, why, type Draft, type Planning } from "../planning.ts";
import type { Work } from "../work.ts";
import { tagDifference } from "./tags.ts";

/** Configuration values as JSON, as eksctl sends them; the file may hold YAML. */
export function configurationJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    // Not JSON: the file's other spelling. `config/` has checked that it parses.
    return JSON.stringify(parse(text));
  }
}

const exact = /^v\d+\.\d+\.\d+-eksbuild\.\d+$/;

/** The version that the file means: AWS's default, `latest`, an exact one, or the newest that contains the text. */
export function meantVersion(wanted: string | undefined, versions: readonly FoundAddonVersion[]): string | undefined {
  if (wanted === undefined || wanted === "")
    return (versions.find(({ isDefault }) => isDefault) ?? versions[0])?.version;
  if (wanted === "latest") return versions[0]?.version;
  if (exact.test(wanted)) return wanted;
  return versions.find(({ version }) => version.includes(wanted))?.version;
}

/** ARN of a role, or undefined while the stack that makes it isn't there yet. */
export function roleArn(planning: Planning, role: RoleReference | undefined): string | undefined {
  if (!role) return undefined;
  return "arn" in role ? role.arn : planning.found.stacks.get(role.stack)?.outputs[role.output];
}

const addonActions = ["eks:DescribeAddon", "eks:DescribeAddonVersions"];
const path = (addon: DesiredAddon): readonly (string | number)[] => addon.source[0] ?? [];

function resolveVersion(planning: Planning, addon: DesiredAddon): string | undefined {
  const versions = planning.looked.addonVersions.get(addon.name) ?? [];
  const meant = meantVersion(addon.version, versions);
  const version = versions.some((known) => known.version === meant) ? meant : undefined;
  if (version === undefined && versions.length > 0) {
    refuse(
      planning,
      "plan/addon-version",
      exact.test(addon.version ?? "")
        ? `EKS doesn't offer version ${addon.version} of add-on ${addon.name} for this cluster`
        : `No version of add-on ${addon.name} for this cluster contains ${shown(addon.version)}`,
      [...path(addon), "version"],
      `Available: ${versions
        .slice(0, 5)
        .map((known) => known.version)
        .join(", ")}`,
    );
  } else if (version === undefined) {
    refuse(
      planning,
      "plan/addon-unknown",
      `EKS offers no add-on ${addon.name} for this Kubernetes version`,
      path(addon),
      "aws eks describe-addon-versions lists what there is",
    );
  }
  return version;
}

function roleUpdate(planning: Planning, addon: DesiredAddon): Draft {
  return draft({
    id: `addon/${addon.name}/role`,
    kind: "addon",
    name: addon.name,
    action: "update",
    effect: "in place",
    phase: "network",
    why: [
      why(
        planning,
        "plan/addon-role",
        `${addon.name} gets its own IAM role once the OIDC provider is there`,
        path(addon),
      ),
    ],
    duration: 30,
    iamActions: [...addonActions, "eks:UpdateAddon", "iam:PassRole", "iam:GetRole"],
    provides: [`${addon.id}/role`],
    after: [
      addon.id,
      ...addon.after,
      ...(addon.serviceAccountRole && "stack" in addon.serviceAccountRole ? [addon.serviceAccountRole.stack] : []),
    ],
    work: {
      do: "update-addon",
      addon: addon.name,
      ...(addon.serviceAccountRole && { role: addon.serviceAccountRole }),
      ...(addon.configurationValues !== undefined && {
        configurationValues: configurationJson(addon.configurationValues),
      }),
      resolveConflicts: "OVERWRITE",
    },
  });
}

function creation(planning: Planning, addon: DesiredAddon, existing: Addon | undefined): Draft[] {
  const version = resolveVersion(planning, addon);
  if (version === undefined) return [];
  const needsRole = addon.serviceAccountRole !== undefined || addon.podIdentityAssociations.length > 0;
  const roleStack =
    addon.serviceAccountRole && "stack" in addon.serviceAccountRole ? addon.serviceAccountRole.stack : undefined;
  const reason: Why = existing
    ? why(planning, "plan/addon-failed", `add-on ${addon.name} is in ${existing.status}`, path(addon))
    : why(
        planning,
        "plan/missing",
        `add-on ${addon.name} isn't installed${addon.isDefault ? " (every cluster gets it unless addonsConfig.disableDefaultAddons)" : ""}`,
        path(addon),
      );
  const made = draft({
    kind: "addon",
    name: addon.name,
    action: existing && existing.status !== "CREATING" && existing.status !== "DELETING" ? "replace" : "create",
    phase: addon.phase === "before-nodes" ? "network" : "after-nodes",
    why: [reason],
    duration: addon.phase === "before-nodes" ? 20 : 60,
    iamActions: [
      ...addonActions,
      "eks:CreateAddon",
      "eks:TagResource",
      ...(existing ? ["eks:DeleteAddon"] : []),
      ...(needsRole ? ["iam:PassRole", "iam:GetRole"] : []),
    ],
    provides: [addon.id],
    after: addon.after.filter((name) => !(addon.roleLater && name === roleStack)),
    work: { do: "create-object", object: addon, version },
  });
  return addon.roleLater && addon.serviceAccountRole ? [made, roleUpdate(planning, addon)] : [made];
}

interface AddonChange {
  version?: string;
  role?: RoleReference;
  configurationValues?: string;
  podIdentityAssociations?: { serviceAccount: string; role: RoleReference }[];
}

function parsed(text: string | undefined): unknown {
  if (text === undefined || text.trim() === "") return {};
  try {
    return parse(text) as unknown;
  } catch {
    // Neither JSON nor YAML: somebody's text, compared as such.
    return text;
  }
}

function compare(planning: Planning, addon: DesiredAddon, existing: Addon): { change: AddonChange; reasons: Why[] } {
  const change: AddonChange = {};
  const reasons: Why[] = [];
  const differs = (text: string, field: string): void =>
    void reasons.push(why(planning, "plan/changed", text, [...path(addon), field]));
  if (addon.version !== undefined && addon.version !== "" && !(existing.addonVersion ?? "").includes(addon.version)) {
    const version = resolveVersion(planning, addon);
    if (version !== undefined && version !== existing.addonVersion) {
      change.version = version;
      differs(`version: ${existing.addonVersion} → ${version}`, "version");
    }
  }
  if (
    addon.configurationValues !== undefined &&
    isWritten(planning.cluster, [...path(addon), "configurationValues"]) &&
    !sameMeaning(parsed(existing.configurationValues), parsed(addon.configurationValues))
  ) {
    change.configurationValues = configurationJson(addon.configurationValues);
    differs(
      `configuration values: ${shown(existing.configurationValues)} → ${shown(change.configurationValues)}`,
      "configurationValues",
    );
  }
  const role = roleArn(planning, addon.serviceAccountRole);
  if (addon.serviceAccountRole && (role === undefined || role !== existing.serviceAccountRoleArn)) {
    change.role = addon.serviceAccountRole;
    differs(`IAM role: ${existing.serviceAccountRoleArn ?? "none"} → ${role ?? "the one of its new stack"}`, "name");
  }
  const associations = new Map(
    planning.found.podIdentityAssociations
      .filter(({ ownerArn }) => ownerArn !== undefined && ownerArn === existing.addonArn)
      .map(({ serviceAccount, roleArn: arn }) => [serviceAccount, arn]),
  );
  const missing = addon.podIdentityAssociations.filter(({ serviceAccount, role: wanted }) => {
    const arn = roleArn(planning, wanted);
    return arn === undefined || associations.get(serviceAccount) !== arn;
  });
  if (missing.length > 0) {
    change.podIdentityAssociations = [...addon.podIdentityAssociations];
    for (const { serviceAccount } of missing)
      differs(
        `pod identity of ${serviceAccount}: ${associations.get(serviceAccount) ?? "none"} → its own role`,
        "podIdentityAssociations",
      );
  }
  const asksForRole = roleFields.some((field) => isWritten(planning.cluster, [...path(addon), field]));
  if (asksForRole && addon.podIdentityAssociations.length === 0 && associations.size > 0) {
    change.podIdentityAssociations = [];
    for (const [serviceAccount, arn] of associations)
      differs(`pod identity of ${serviceAccount}, which wins over the add-on's role: ${arn} → none`, "name");
  }
  return { change, reasons };
}

/** What gives an add-on a role by IRSA. */
const roleFields = ["serviceAccountRoleARN", "wellKnownPolicies", "attachPolicyARNs", "attachPolicy"];

function update(planning: Planning, addon: DesiredAddon, existing: Addon): Draft[] {
  const { change, reasons } = compare(planning, addon, existing);
  if (reasons.length === 0) return retag(planning, addon, existing);
  const work: Work = {
    do: "update-addon",
    addon: addon.name,
    ...change,
    resolveConflicts: addon.resolveConflicts.update ?? "OVERWRITE",
  };
  // UpdateAddon repeats the role that the add-on has.
  const passesRole = [addon.serviceAccountRole, existing.serviceAccountRoleArn, ...addon.podIdentityAssociations].some(
    (role) => role !== undefined && role !== "",
  );
  const stacks = [addon.serviceAccountRole, ...addon.podIdentityAssociations.map(({ role }) => role)].flatMap((role) =>
    role && "stack" in role ? [role.stack] : [],
  );
  return [
    draft({
      kind: "addon",
      name: addon.name,
      action: "update",
      effect: change.version === undefined ? "in place" : "rolling",
      phase: addon.phase === "before-nodes" ? "network" : "after-nodes",
      why: reasons,
      duration: 60,
      iamActions: [...addonActions, "eks:UpdateAddon", ...(passesRole ? ["iam:PassRole", "iam:GetRole"] : [])],
      provides: [addon.id],
      after: [...addon.after, ...stacks],
      work,
    }),
    ...retag(planning, addon, existing),
  ];
}

function retag(planning: Planning, addon: DesiredAddon, existing: Addon): Draft[] {
  const difference = tagDifference(existing.tags ?? {}, addon.tags, []);
  if (!difference || existing.addonArn === undefined) return [];
  return [
    draft({
      id: `addon/${addon.name}/tags`,
      kind: "addon",
      name: addon.name,
      action: "update",
      phase: "after-nodes",
      why: difference.lines.map((line) => why(planning, "plan/changed", line, [...path(addon), "tags"])),
      iamActions: ["eks:TagResource"],
      after: [addon.id],
      work: { do: "tag-resource", arn: existing.addonArn, set: difference.set, remove: [] },
    }),
  ];
}

/** Steps for the add-ons of the file and the default ones. */
export function addons(planning: Planning): Draft[] {
  return planning.objects.aws.flatMap((object): Draft[] => {
    if (object.kind !== "addon") return [];
    const existing = planning.found.addons.get(object.name);
    if (!existing || /^(CREATE_FAILED|DELETING|DELETE_FAILED)$/.test(existing.status ?? ""))
      return creation(planning, object, existing);
    return update(planning, object, existing);
  });
}

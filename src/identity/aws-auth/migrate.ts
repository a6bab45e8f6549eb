// aws-auth → access entries as a plan: what to do in order, what can't be done and why, and the way back. The rules are
// those of `eksctl utils migrate-to-access-entry`, with its gaps closed: names that EKS refuses are told beforehand,
// entries that EKS makes itself are left to it, and the map stays until everybody in it has an entry.
import { accessPolicyArn } from "../../facts/index.ts";
import { lastName, sameArn, stripPath } from "../arn.ts";
import { entryGroupProblem, entryUsernameProblem } from "../mapping/access-entries.ts";
import type { AssociatedPolicy } from "../mapping/access-entries.ts";
import { ruleOf } from "../mapping/aws-auth-mapper.ts";
import type { AuthenticationMode } from "../mapping/cluster-access.ts";
import type { AuthMapping, AwsAuth } from "./model.ts";
import type { NodeRole } from "./situation.ts";

/** What a principal turned out to be: its ARN with its path, missing, or of an account that can't be looked into. */
export type ResolvedPrincipal = { arn: string } | "missing" | "foreign";

/** What a migration starts from. */
export interface MigrationInput {
  awsAuth: AwsAuth;
  mode: AuthenticationMode;
  target: AuthenticationMode;
  /** Partition of the cluster, for the policy's ARN. */
  partition?: string;
  /** Principals that have an entry already. */
  entryArns: readonly string[];
  /** Roles of managed node groups and Fargate profiles: EKS makes their entries itself. */
  ownedByEks: readonly NodeRole[];
  /** iam:GetRole or iam:GetUser by the last part of the ARN. */
  resolve: (mapping: AuthMapping) => ResolvedPrincipal;
}

/** An entry to make. */
export interface MigratedEntry {
  principalArn: string;
  type: "STANDARD" | "EC2_LINUX" | "EC2_WINDOWS";
  username?: string;
  kubernetesGroups?: readonly string[];
  policies: readonly AssociatedPolicy[];
  /** The item it comes from. */
  rule: string;
  /** What is different afterwards, or not certain. */
  caveats: readonly string[];
}

/** One step, and what takes it back; nothing does where EKS has no way back. */
export type MigrationStep =
  | { do: "set-mode"; mode: AuthenticationMode; undo: string | undefined }
  | { do: "create-entry"; entry: MigratedEntry; undo: string }
  | { do: "delete-map"; undo: string };

/** An item that gets no entry. `blocks` is why the map has to stay. */
export interface SkippedMapping {
  rule: string;
  arn: string;
  reason: string;
  remedy?: string;
  blocks: boolean;
}

/** The plan. Without steps there is nothing to do. */
export interface MigrationPlan {
  steps: readonly MigrationStep[];
  skipped: readonly SkippedMapping[];
  /** Why nothing may be done at all: principals that don't exist, a mode there is no way to. */
  refused?: string;
}

const windowsGroup = "eks:kube-proxy-windows";
const nodeName = "system:node:{{EC2PrivateDNSName}}";
const sessionNodeName = "system:node:{{SessionName}}";

type Step = { entry: MigratedEntry } | { skipped: SkippedMapping };

function skip(mapping: AuthMapping, reason: string, blocks: boolean, remedy?: string): Step {
  const { arn } = mapping;
  return { skipped: { rule: ruleOf(mapping), arn, reason, blocks, ...(remedy === undefined ? {} : { remedy }) } };
}

/** Groups and a name that people get; a text is why EKS would refuse them. */
function standardEntry(mapping: AuthMapping, principalArn: string, partition: string): MigratedEntry | string {
  const { username, groups } = mapping;
  const base = { principalArn, type: "STANDARD" as const, rule: ruleOf(mapping), ...(username ? { username } : {}) };
  const badName = username === "" ? undefined : entryUsernameProblem(username);
  if (badName !== undefined) return badName;
  if (groups.includes("system:masters")) {
    const dropped = groups.filter((group) => group !== "system:masters");
    const policyArn = accessPolicyArn("AmazonEKSClusterAdminPolicy", partition);
    const caveats = [
      "system:masters becomes AmazonEKSClusterAdminPolicy: the same rights, and RBAC can't see them",
      ...(dropped.length > 0 ? [`groups ${dropped.join(", ")} are dropped; the policy covers them`] : []),
    ];
    return { ...base, policies: [{ policyArn, accessScope: { type: "cluster" } }], caveats };
  }
  const badGroup = groups.map(entryGroupProblem).find((problem) => problem !== undefined);
  if (badGroup !== undefined) return badGroup;
  return { ...base, ...(groups.length > 0 ? { kubernetesGroups: groups } : {}), policies: [], caveats: [] };
}

function stepFor(mapping: AuthMapping, input: MigrationInput): Step | "missing" {
  const same = (arn: string): boolean => sameArn(stripPath(arn), stripPath(mapping.arn));
  const owner = input.ownedByEks.find(({ arn }) => same(arn));
  const hasEntry = input.entryArns.some(same);
  if (hasEntry) return skip(mapping, "has an access entry already", false);
  // Linux and Windows entries may be made by anybody; the one of a Fargate profile EKS makes with the profile.
  if (owner?.kind === "fargate" || mapping.username === sessionNodeName) {
    const name = owner ? `${owner.name}: ` : "";
    return skip(
      mapping,
      `${name}access entries of Fargate roles are EKS's own, and there is none yet`,
      true,
      "Make a Fargate profile after the switch to API_AND_CONFIG_MAP, or an entry of type FARGATE_LINUX, then run this again",
    );
  }
  if (mapping.sso) return skip(mapping, "aws-auth of EKS knows no permission sets; the item lets nobody in", false);
  if (mapping.arn.includes(":role/aws-service-role/") || lastName(mapping.arn).startsWith("AWSServiceRoleFor"))
    return skip(mapping, "service-linked roles can't have access entries", true, "Keep API_AND_CONFIG_MAP");
  if (!/:iam::\d{12}:(role|user)\/./.test(mapping.arn) || mapping.arn.includes("*"))
    return skip(mapping, `${mapping.arn} is no role or user and lets nobody in`, false);
  const found = input.resolve(mapping);
  if (found === "missing") return "missing";
  const principalArn = found === "foreign" ? mapping.arn : found.arn;
  const caveats =
    found === "foreign" ? ["its account can't be looked into: if the role has a path, put it in by hand"] : [];
  if (mapping.username === nodeName) {
    const type = mapping.groups.includes(windowsGroup) ? "EC2_WINDOWS" : "EC2_LINUX";
    return { entry: { principalArn, type, policies: [], rule: ruleOf(mapping), caveats } };
  }
  const entry = standardEntry(mapping, principalArn, input.partition ?? "aws");
  if (typeof entry === "string")
    return skip(mapping, entry, true, "Choose another name, bind it in RBAC as the old one is, and map it so first");
  return { entry: { ...entry, caveats: [...entry.caveats, ...caveats] } };
}

/** For each ARN the item that counts: the last. */
function effective({ roles, users }: AwsAuth): AuthMapping[] {
  return [...roles, ...users].filter(
    (mapping, i, list) =>
      mapping.sso !== undefined || !list.some((other, j) => j > i && sameArn(other.arn, mapping.arn)),
  );
}

/** What has to be an access entry before the map may go, apart from what the map itself names. */
function unsettledNodes(
  { ownedByEks, entryArns }: MigrationInput,
  entries: readonly MigratedEntry[],
): SkippedMapping[] {
  return ownedByEks
    .filter(
      ({ arn }) => ![...entryArns, ...entries.map((entry) => entry.principalArn)].some((known) => sameArn(known, arn)),
    )
    .map(({ arn, name }) => ({
      rule: name,
      arn,
      reason: `the nodes of ${name} would lose access with the map: their role has no access entry`,
      remedy: "Make an entry for the role first",
      blocks: true,
    }));
}

const modes: readonly AuthenticationMode[] = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"];

/** Plans a migration. Pure: nothing is looked up but by `resolve`. */
export function planMigration(input: MigrationInput): MigrationPlan {
  const { mode, target, awsAuth } = input;
  const no = (refused: string): MigrationPlan => ({ steps: [], skipped: [], refused });
  if (target === "CONFIG_MAP")
    return no("the target must be API_AND_CONFIG_MAP or API: access entries need one of them");
  if (mode === "API") return { steps: [], skipped: [] };
  if (modes.indexOf(target) < modes.indexOf(mode)) return no(`there is no way from ${mode} to ${target}`);
  if (awsAuth.unreadable.length > 0) return no(`${awsAuth.unreadable.join(", ")} can't be read; mend the map first`);
  const results = effective(awsAuth).map((mapping) => ({ mapping, step: stepFor(mapping, input) }));
  const missing = results.filter(({ step }) => step === "missing").map(({ mapping }) => mapping.arn);
  if (missing.length > 0)
    return no(`${missing.join(", ")} don't exist in IAM; remove them with \`lotse delete iamidentitymapping\` first`);
  const entries = results.flatMap(({ step }) => (step !== "missing" && "entry" in step ? [step.entry] : []));
  const told = results.flatMap(({ step }) => (step !== "missing" && "skipped" in step ? [step.skipped] : []));
  const accounts = awsAuth.accounts.map((account) => ({
    rule: "aws-auth mapAccounts",
    arn: account,
    reason: `account ${account} as a whole can't have an access entry`,
    remedy: "Make entries for its roles and users that need access",
    blocks: true,
  }));
  const skipped = [...told, ...accounts];
  if (target === "API")
    skipped.push(
      ...unsettledNodes(input, entries).filter(({ arn }) => !skipped.some((other) => sameArn(other.arn, arn))),
    );
  const steps: MigrationStep[] = [];
  if (mode === "CONFIG_MAP") steps.push({ do: "set-mode", mode: "API_AND_CONFIG_MAP", undo: undefined });
  for (const entry of entries)
    steps.push({ do: "create-entry", entry, undo: `lotse delete accessentry --principal-arn ${entry.principalArn}` });
  if (target === "API" && !skipped.some(({ blocks }) => blocks)) {
    steps.push({ do: "set-mode", mode: "API", undo: undefined });
    steps.push({
      do: "delete-map",
      undo: "kubectl apply -f the copy that was saved; mode API ignores it all the same",
    });
  }
  return { steps, skipped };
}

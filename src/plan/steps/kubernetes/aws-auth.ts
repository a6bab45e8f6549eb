// Entries of the ConfigMap aws-auth: people and roles of the file, node roles where the cluster has no access entries.
import { readAwsAuth, sameArn, stripPath, type AuthMapping } from "../../../identity/index.ts";
import type { DesiredAuthMapping } from "../../../stacks/index.ts";
import type { FoundKubernetes } from "../../kubernetes-view.ts";
import { why, type Draft, type Planning } from "../../planning.ts";
import { roleArn } from "../addons.ts";
import { drained } from "./drains.ts";
import { insideDraft } from "./inside.ts";

/** The mappings that the file asks for. */
export function wantedMappings(planning: Pick<Planning, "objects">): DesiredAuthMapping[] {
  return planning.objects.kubernetes.filter((object): object is DesiredAuthMapping => object.kind === "aws-auth");
}

/** ARN that a mapping is about, without the path that tokens don't carry; undefined while its stack isn't there. */
function arnOf(planning: Planning, { principal, id }: DesiredAuthMapping): string | undefined {
  if ("account" in principal) return undefined;
  const arn = roleArn(planning, principal);
  return arn !== undefined && id.startsWith("aws-auth/nodegroup/") ? stripPath(arn) : arn;
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.toSorted().join() === b.toSorted().join();

/** Whether an entry gives what is wanted. */
export function gives(
  entry: AuthMapping | undefined,
  wanted: Pick<DesiredAuthMapping, "username" | "groups">,
): boolean {
  return entry !== undefined && entry.username === (wanted.username ?? "") && sameSet(entry.groups, wanted.groups);
}

const show = ({ username, groups }: Pick<DesiredAuthMapping, "username" | "groups">): string =>
  [username, groups.length > 0 ? `groups ${groups.join(", ")}` : ""].filter(Boolean).join(", ");

function step(
  planning: Planning,
  object: DesiredAuthMapping,
  action: "create" | "update",
  code: string,
  text: string,
): Draft {
  return insideDraft({
    kind: "aws-auth",
    name: object.name,
    action,
    effect: action === "create" ? "none" : "in place",
    why: [why(planning, code, text, object.source[0])],
    provides: [object.id],
    after: [...object.after],
    work: { do: "map-identity", object },
  });
}

/** Steps for mappings that don't hold. Of several entries with one ARN the last counts, in the file as in the cluster. */
export function authMappings(planning: Planning, found: FoundKubernetes | undefined): Draft[] {
  const awsAuth = readAwsAuth(found?.awsAuth);
  const wanted = wantedMappings(planning);
  return wanted.flatMap((object, i): Draft[] => {
    if ("account" in object.principal) {
      const { account } = object.principal;
      if (awsAuth.accounts.includes(account)) return [];
      return [step(planning, object, "create", "plan/missing", `aws-auth lets nobody of account ${account} in`)];
    }
    const arn = arnOf(planning, object);
    const missing = (who: string): Draft[] => [
      step(planning, object, "create", "plan/missing", `aws-auth doesn't map ${who} to ${show(object)}`),
    ];
    if (arn === undefined) return missing(`the role of ${object.name}`);
    const isShadowed = wanted.slice(i + 1).some((later) => {
      const other = arnOf(planning, later);
      return other !== undefined && sameArn(other, arn);
    });
    if (isShadowed) return [];
    const entries = [...awsAuth.roles, ...awsAuth.users].filter((entry) => sameArn(entry.arn, arn));
    const last = entries.at(-1);
    if (!last) return missing(arn);
    if (gives(last, object)) return [];
    const text = `${arn} is mapped to ${show(last)}, not to ${show(object)}`;
    if (object.noDuplicateArns) {
      planning.notes.push({
        code: "plan/left-alone",
        text: `${text}, and noDuplicateARNs forbids another mapping; it is left as it is`,
      });
      return [];
    }
    return [step(planning, object, "update", "plan/changed", text)];
  });
}

/** The role of a self-managed group's nodes, by its stack. */
function nodeRoleOf(planning: Planning, stackName: string | undefined): string | undefined {
  const stack = planning.found.stacks.get(stackName ?? "");
  return stack?.tags["alpha.eksctl.io/nodegroup-type"] === "unmanaged" ? stack.outputs["InstanceRoleARN"] : undefined;
}

/** Node roles leave aws-auth when the last group that uses them goes: after the drain, before the nodes, as in eksctl. */
export function withUnmappings(
  planning: Planning,
  found: FoundKubernetes | undefined,
  drafts: readonly Draft[],
): Draft[] {
  const awsAuth = readAwsAuth(found?.awsAuth);
  const going = new Set(
    drafts.flatMap(({ kind, action, stack }) => (kind === "nodegroup" && action === "delete" && stack ? [stack] : [])),
  );
  const staying = [...planning.found.stacks.keys()].filter((name) => !going.has(name));
  const unmapped = new Set<string>();
  return drafts.flatMap((each): Draft[] => {
    const role = each.kind === "nodegroup" && each.action === "delete" ? nodeRoleOf(planning, each.stack) : undefined;
    if (role === undefined) return [each];
    const same = (other: string | undefined): boolean =>
      other !== undefined && sameArn(stripPath(other), stripPath(role));
    const isMapped = awsAuth.roles.some(({ arn }) => same(arn));
    const isUsed =
      staying.some((name) => same(nodeRoleOf(planning, name))) ||
      [...planning.found.nodeGroups.values()].some(({ nodeRole }) => same(nodeRole));
    if (!isMapped || isUsed || unmapped.has(stripPath(role))) return [each];
    unmapped.add(stripPath(role));
    const provides = `unmapped/${each.name}`;
    const unmap = insideDraft({
      kind: "aws-auth",
      name: each.name,
      action: "delete",
      phase: each.phase,
      why: [{ code: "plan/removed", text: `aws-auth still maps ${role}, the role of ${each.name}` }],
      provides: [provides],
      after: [drained(each.name)],
      work: { do: "unmap-node-role", roleArn: role },
    });
    return [unmap, { ...each, after: [...each.after, provides] }];
  });
}

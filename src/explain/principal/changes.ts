// Changes that would turn an answer about somebody: entries, mappings, policies, bindings; and the world with them made.
import type { AssociatedPolicy } from "../../identity/index.ts";
import { addMapping, policyAllows, readAwsAuth, removeMapping, policyName, stripPath } from "../../identity/index.ts";
import { accessPolicyArn } from "../../facts/index.ts";
import type { Change } from "../explanation.ts";
import { isRead, read, valueOf } from "../explanation.ts";
import { quoted } from "../iam/edit.ts";
import type { Rbac, RbacGrant } from "./rbac.ts";
import { bindingName } from "./rbac.ts";
import type { Grant } from "./rights.ts";
import { attributesOf } from "./rights.ts";
import type { Caller } from "./who.ts";
import type { EntryFacts, PrincipalWorld, Wanted } from "./world.ts";

/** A change, and the world with it made. */
export interface PrincipalProposal {
  change: Change;
  made: (world: PrincipalWorld) => PrincipalWorld;
}

const withEntries = (world: PrincipalWorld, change: (entries: readonly EntryFacts[]) => readonly EntryFacts[]) => ({
  ...world,
  entries: isRead(world.entries) ? read(change(world.entries.value)) : world.entries,
});

const withRbac = (world: PrincipalWorld, change: (rbac: Rbac) => Rbac) => ({
  ...world,
  rbac: isRead(world.rbac) ? read(change(world.rbac.value)) : world.rbac,
});

/** Full ARN of a principal, path and all, as access entries want it. */
const principalArn = (world: PrincipalWorld, caller: Caller): string => valueOf(world.principal)?.arn ?? caller.asked;

const isOld = (world: PrincipalWorld, arn: string): boolean =>
  (valueOf(world.entries) ?? []).some((entry) => stripPath(entry.principalArn).toLowerCase() === arn.toLowerCase());

/** Letting somebody in at all. */
export function letIn(world: PrincipalWorld, caller: Caller): PrincipalProposal | undefined {
  const { name } = world.cluster;
  const mode = valueOf(world.mode);
  if (mode === undefined) return undefined;
  const arn = principalArn(world, caller);
  if (mode === "CONFIG_MAP") {
    // A key that can't be read has to be mended first.
    if (readAwsAuth(valueOf(world.awsAuth)).unreadable.length > 0) return undefined;
    const role = stripPath(arn);
    const username = role.slice(role.lastIndexOf("/") + 1);
    return {
      change: {
        text: "Map it in aws-auth",
        command: `lotse create iamidentitymapping --cluster ${name} --arn ${role} --username ${username}`,
      },
      made: (each) => ({
        ...each,
        awsAuth: isRead(each.awsAuth)
          ? read(addMapping(each.awsAuth.value, { arn: role, username }).data)
          : each.awsAuth,
      }),
    };
  }
  const again = isOld(world, caller.identity.canonicalArn);
  const old = (valueOf(world.entries) ?? []).find(
    (entry) => stripPath(entry.principalArn).toLowerCase() === caller.identity.canonicalArn.toLowerCase(),
  );
  const create = `aws eks create-access-entry --cluster-name ${name} --principal-arn ${arn}`;
  const command =
    again && old
      ? `aws eks delete-access-entry --cluster-name ${name} --principal-arn ${old.principalArn} && ${create}`
      : create;
  return {
    change: { text: again ? "Make its access entry anew" : "Make an access entry for it", command },
    made: (each) =>
      withEntries(each, (entries) => [
        ...entries.filter((entry) => entry !== old),
        { principalArn: arn, type: "STANDARD", policies: [], kubernetesGroups: [] },
      ]),
  };
}

/** From little to much. */
const policies: readonly string[] = [
  "AmazonEKSViewPolicy",
  "AmazonEKSSecretReaderPolicy",
  "AmazonEKSEditPolicy",
  "AmazonEKSAdminPolicy",
];

function byPolicy(world: PrincipalWorld, entry: EntryFacts, wanted: Wanted): PrincipalProposal | undefined {
  const { name: cluster, partition } = world.cluster;
  const namespace = wanted.kind === "resource" ? wanted.namespace : "";
  const accessScope = namespace === "" ? { type: "cluster" } : { type: "namespace", namespaces: [namespace] };
  const held = (entry.policies ?? []).map(({ policyArn }) => policyArn);
  const policy = policies
    .map((name): AssociatedPolicy => ({ policyArn: accessPolicyArn(name, partition), accessScope }))
    // One that is associated already would lose the scope it has.
    .find((each) => !held.includes(each.policyArn) && policyAllows([each], attributesOf(wanted)).allowed);
  if (!policy) return undefined;
  const scope = namespace === "" ? "type=cluster" : `type=namespace,namespaces=${namespace}`;
  return {
    change: {
      text: `Associate ${policyName(policy.policyArn)} with its access entry`,
      command: `aws eks associate-access-policy --cluster-name ${cluster} --principal-arn ${entry.principalArn} --policy-arn ${policy.policyArn} --access-scope ${scope}`,
    },
    made: (each) =>
      withEntries(each, (entries) =>
        entries.map((one) =>
          one.principalArn === entry.principalArn ? { ...one, policies: [...(one.policies ?? []), policy] } : one,
        ),
      ),
  };
}

const ownRole = "lotse-explain";

/** A name that neither a role nor a binding has there: `kubectl apply` would take away what stands under it. */
function freeName({ rbac }: PrincipalWorld, namespace: string): string {
  const { roles = [], clusterRoles = [], roleBindings = [], clusterRoleBindings = [] } = valueOf(rbac) ?? {};
  const there =
    namespace === ""
      ? [...clusterRoles, ...clusterRoleBindings]
      : [...roles, ...roleBindings].filter(({ metadata }) => metadata.namespace === namespace);
  const taken = new Set(there.map(({ metadata }) => metadata.name));
  let name = ownRole;
  for (let i = 2; taken.has(name); i += 1) name = `${ownRole}-${i}`;
  return name;
}

function byBinding(
  before: PrincipalWorld,
  subject: { kind: "User" | "Group"; name: string },
  wanted: Wanted,
): PrincipalProposal {
  const namespace = wanted.kind === "resource" ? wanted.namespace : "";
  const name = freeName(before, namespace);
  const place = namespace === "" ? {} : { namespace };
  const kind = namespace === "" ? "ClusterRole" : "Role";
  const rule =
    wanted.kind === "path"
      ? { verbs: [wanted.verb], nonResourceURLs: [wanted.path] }
      : {
          verbs: [wanted.verb],
          apiGroups: [wanted.group],
          resources: [wanted.subresource === undefined ? wanted.resource : `${wanted.resource}/${wanted.subresource}`],
          ...(wanted.name === undefined ? {} : { resourceNames: [wanted.name] }),
        };
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name, ...place },
    rules: [rule],
  };
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: `${kind}Binding`,
    metadata: { name, ...place },
    subjects: [{ kind: subject.kind, name: subject.name, apiGroup: "rbac.authorization.k8s.io" }],
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
  };
  const list = { apiVersion: "v1", kind: "List", items: [role, binding] };
  return {
    change: {
      text: `Give ${subject.kind} ${subject.name} a ${kind} with this one rule`,
      document: list,
      command: `echo ${quoted(JSON.stringify(list))} | kubectl apply -f -`,
    },
    made: (world) =>
      withRbac(world, (rbac) =>
        namespace === ""
          ? {
              ...rbac,
              clusterRoles: [...rbac.clusterRoles, role],
              clusterRoleBindings: [...rbac.clusterRoleBindings, binding],
            }
          : { ...rbac, roles: [...rbac.roles, role], roleBindings: [...rbac.roleBindings, binding] },
      ),
  };
}

/** Giving somebody who is in the right to do something. */
export function giveRight(
  world: PrincipalWorld,
  user: { username: string; groups: readonly string[] },
  entry: EntryFacts | undefined,
  wanted: Wanted,
): PrincipalProposal | undefined {
  const standard = entry && (entry.type ?? "STANDARD") === "STANDARD";
  const group = user.groups.find((name) => !name.startsWith("system:"));
  const viaPolicy = standard && group === undefined ? byPolicy(world, entry, wanted) : undefined;
  if (viaPolicy) return viaPolicy;
  return byBinding(
    world,
    group === undefined ? { kind: "User", name: user.username } : { kind: "Group", name: group },
    wanted,
  );
}

function unbind({ binding, subjectIndex }: RbacGrant): PrincipalProposal {
  const { name, namespace } = binding.metadata;
  const subjects = binding.subjects ?? [];
  const kind = namespace === undefined ? "clusterrolebinding" : "rolebinding";
  const where = namespace === undefined ? "" : ` -n ${namespace}`;
  const alone = subjects.length === 1;
  const patch = JSON.stringify([{ op: "remove", path: `/subjects/${subjectIndex}` }]);
  const subject = subjects[subjectIndex];
  const rest = (list: readonly RbacGrant["binding"][]) =>
    list.flatMap((each) =>
      each !== binding ? [each] : alone ? [] : [{ ...each, subjects: subjects.filter((_, i) => i !== subjectIndex) }],
    );
  return {
    change: {
      text: alone
        ? `Delete ${bindingName(binding)}`
        : `Take ${subject?.kind} ${subject?.name} out of ${bindingName(binding)}`,
      command: alone
        ? `kubectl delete ${kind} ${name}${where}`
        : `kubectl patch ${kind} ${name}${where} --type=json -p ${quoted(patch)}`,
    },
    made: (world) =>
      withRbac(world, (rbac) => ({
        ...rbac,
        clusterRoleBindings: rest(rbac.clusterRoleBindings),
        roleBindings: rest(rbac.roleBindings),
      })),
  };
}

/** Taking away the reason why somebody may do something. */
export function takeRight(
  world: PrincipalWorld,
  caller: Caller,
  entry: EntryFacts | undefined,
  grant: Grant,
): PrincipalProposal | undefined {
  // What the cluster gives everybody, or its own parts, isn't to be taken away from them for one caller's sake.
  if (grant.by === "rbac") return grant.grant.subject.name.startsWith("system:") ? undefined : unbind(grant.grant);
  const { name } = world.cluster;
  if (grant.by === "policy" && entry) {
    const { policyArn } = grant.policy;
    return {
      change: {
        text: `Take ${policyName(policyArn)} from its access entry`,
        command: `aws eks disassociate-access-policy --cluster-name ${name} --principal-arn ${entry.principalArn} --policy-arn ${policyArn}`,
      },
      made: (each) =>
        withEntries(each, (entries) =>
          entries.map((one) =>
            one.principalArn === entry.principalArn
              ? { ...one, policies: (one.policies ?? []).filter((policy) => policy.policyArn !== policyArn) }
              : one,
          ),
        ),
    };
  }
  if (grant.by !== "masters" || entry) return undefined;
  const arn = caller.identity.canonicalArn;
  const kept = valueOf(world.awsAuth);
  return kept === undefined
    ? undefined
    : {
        change: {
          text: "Take its mapping with system:masters out of aws-auth",
          command: `lotse delete iamidentitymapping --cluster ${name} --arn ${arn} --all`,
        },
        made: (each) => ({ ...each, awsAuth: read(removeMapping(kept, arn, { all: true }).data) }),
      };
}

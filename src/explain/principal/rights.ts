// What somebody may do once the cluster knows them: access policies, RBAC, and the node authorizer, any of which may say yes.
import { accessPolicyContent, policyAllows, policyName } from "../../identity/index.ts";
import type { AccessAttributes, AssociatedPolicy, MappedUser } from "../../identity/index.ts";
import type { Step } from "../explanation.ts";
import { isRead } from "../explanation.ts";
import { wantedText } from "./kinds.ts";
import type { HeldRole, KubeUser, RbacGrant } from "./rbac.ts";
import { bindingName, heldRoles, rbacGrants, ruleText } from "./rbac.ts";
import { openSessionName } from "./who.ts";
import type { EntryFacts, PrincipalWorld, Wanted } from "./world.ts";

/** One reason why something is allowed. */
export type Grant = { by: "masters" } | { by: "policy"; policy: AssociatedPolicy } | { by: "rbac"; grant: RbacGrant };

/** Every reason, and what is to be said where there is none. */
export interface Rights {
  grants: readonly Grant[];
  steps: readonly Step[];
  /** What couldn't be read, or depends on the session's name. */
  open: readonly string[];
  held: readonly HeldRole[];
}

/** Somebody as RBAC sees them: everybody who was let in is in `system:authenticated` too. */
export function kubeUserOf({ username, groups }: Pick<MappedUser, "username" | "groups">): KubeUser {
  return { username, groups: [...groups, "system:authenticated"] };
}

/** A question in the terms of a SubjectAccessReview. */
export function attributesOf(wanted: Wanted): AccessAttributes {
  if (wanted.kind === "path") return { nonResourceAttributes: { path: wanted.path, verb: wanted.verb } };
  const { verb, group, resource, subresource, name, namespace } = wanted;
  return {
    resourceAttributes: {
      verb,
      group,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(name === undefined ? {} : { name }),
      ...(namespace === "" ? {} : { namespace }),
    },
  };
}

const scopeText = ({ accessScope }: AssociatedPolicy): string =>
  accessScope.type === "cluster" ? "over the cluster" : `in namespaces ${(accessScope.namespaces ?? []).join(", ")}`;

const pass = (code: string, text: string, at: string, fact?: string): Step => ({
  code,
  outcome: "pass",
  text,
  at,
  ...(fact === undefined ? {} : { fact }),
});
const note = (code: string, text: string, at?: string): Step => ({
  code,
  outcome: "note",
  text,
  ...(at === undefined ? {} : { at }),
});

function byPolicies(entry: EntryFacts | undefined, wanted: Wanted): Rights {
  const policies = entry?.policies ?? [];
  const steps: Step[] = [];
  const grants: Grant[] = [];
  const open: string[] = [];
  for (const policy of policies) {
    const name = policyName(policy.policyArn);
    const { basis } = accessPolicyContent(policy.policyArn);
    if (policyAllows([policy], attributesOf(wanted)).allowed) {
      grants.push({ by: "policy", policy });
      const how = basis === "words" ? ", as far as AWS describes it" : "";
      steps.push(
        pass("explain/policy", `Access policy ${name} ${scopeText(policy)} allows it${how}`, policy.policyArn),
      );
    } else if (basis === "unknown") {
      open.push(`the content of access policy ${name}, which AWS doesn't publish`);
    } else {
      const elsewhere = policyAllows([{ ...policy, accessScope: { type: "cluster" } }], attributesOf(wanted)).allowed;
      const why = elsewhere ? `holds ${scopeText(policy)} only` : "doesn't hold it";
      steps.push(note("explain/policy", `Access policy ${name} ${why}`, policy.policyArn));
    }
  }
  return { grants, steps, open, held: [] };
}

/** Bindings for a user whose name ends with a session that is still open. */
function openBindings(world: PrincipalWorld, user: KubeUser, wanted: Wanted): string[] {
  if (!isRead(world.rbac) || !user.username.includes(openSessionName)) return [];
  const { rbac } = { rbac: world.rbac.value };
  const [before = "", after = ""] = user.username.split(openSessionName);
  const names = [...rbac.clusterRoleBindings, ...rbac.roleBindings]
    .flatMap(({ subjects }) => subjects ?? [])
    .filter(({ kind, name }) => kind === "User" && name.startsWith(before) && name.endsWith(after))
    .map(({ name }) => name);
  return [...new Set(names)]
    .filter((name) => rbacGrants(rbac, { ...user, username: name }, wanted).length > 0)
    .map((name) => `the session's name: user ${name} may`);
}

function byRbac(world: PrincipalWorld, user: KubeUser, wanted: Wanted): Rights {
  if (!isRead(world.rbac)) return { grants: [], steps: [], open: [`RBAC: ${world.rbac.unread}`], held: [] };
  const rbac = world.rbac.value;
  const held = heldRoles(rbac, user, wanted);
  const found = rbacGrants(rbac, user, wanted);
  const absent = held.flatMap(({ role, binding: { roleRef } }) =>
    role || !world.partial ? [] : [`${roleRef.kind} ${roleRef.name}, which no file has`],
  );
  const steps: Step[] = found.map(({ binding, role, rule, subject }) => {
    const kind = role.metadata.namespace === undefined ? "ClusterRole" : "Role";
    const text = `${bindingName(binding)} gives ${subject.kind} ${subject.name} the ${kind} ${role.metadata.name}, which allows it`;
    return pass("explain/rbac", text, bindingName(binding), ruleText(rule));
  });
  if (found.length === 0) {
    // What everybody has isn't worth telling.
    const own = held.filter(({ subject }) => subject.name !== "system:authenticated");
    for (const { binding, role, subject } of own) {
      const name = `${binding.roleRef.kind} ${binding.roleRef.name}`;
      const why = role ? `${name} has no rule for it` : `there is no ${name}`;
      steps.push(
        note(
          "explain/rbac",
          `${bindingName(binding)} is for ${subject.kind} ${subject.name}: ${why}`,
          bindingName(binding),
        ),
      );
    }
    const idle = user.groups.filter(
      (group) => group !== "system:authenticated" && !held.some(({ subject }) => subject.name === group),
    );
    for (const group of idle) steps.push(note("explain/unbound", `No binding that holds here names group ${group}`));
  }
  return {
    grants: found.map((grant): Grant => ({ by: "rbac", grant })),
    steps,
    open: found.length > 0 ? [] : [...openBindings(world, user, wanted), ...absent],
    held,
  };
}

/** Everything that lets somebody do something, or what there is instead. */
export function rightsOf(
  world: PrincipalWorld,
  mapped: Pick<MappedUser, "username" | "groups">,
  entry: EntryFacts | undefined,
  wanted: Wanted,
): Rights {
  const user = kubeUserOf(mapped);
  const policies = byPolicies(entry, wanted);
  if (user.groups.includes("system:masters")) {
    const text = "Group system:masters stands above RBAC: it may do everything, and no rule takes that away";
    const step = pass("explain/masters", text, "system:masters");
    return { grants: [{ by: "masters" }, ...policies.grants], steps: [step], open: [], held: [] };
  }
  const rbac = byRbac(world, user, wanted);
  const node = user.groups.includes("system:nodes") && user.username.startsWith("system:node:");
  const open = [
    ...policies.open,
    ...rbac.open,
    ...(node ? [`the node authorizer, which lets nodes ${wantedText(wanted)} as far as their own pods need it`] : []),
  ];
  const grants = [...policies.grants, ...rbac.grants];
  return { grants, steps: [...policies.steps, ...rbac.steps], open: grants.length > 0 ? [] : open, held: rbac.held };
}

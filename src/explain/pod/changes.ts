// Changes to a world: what the commands that are proposed would make of it.
import { isRead, read } from "../explanation.ts";
import { quoted, withStatement, withoutStatement, writtenStatement } from "../iam/edit.ts";
import type { PolicyText, ProviderFacts, RoleFacts } from "../iam/world.ts";
import { roleName } from "../iam/world.ts";
import type { Proposal } from "./reasoning.ts";
import type { PodWorld } from "./world.ts";

const ownPolicy = "lotse-explain";

function withRole(world: PodWorld, arn: string, change: (role: RoleFacts) => RoleFacts): PodWorld {
  const known = world.roles.get(arn);
  if (!known || !isRead(known) || !known.value) return world;
  return { ...world, roles: new Map([...world.roles, [arn, read(change(known.value))]]) };
}

const trustCommand = (role: RoleFacts, trust: string): string =>
  `aws iam update-assume-role-policy --role-name ${roleName(role.arn)} --policy-document ${quoted(trust)}`;

/** Characters of a trust policy, without white space, unless the account's quota was raised. */
const usualLength = 2048;

/** Another statement in a role's trust policy. */
export function addTrust(role: RoleFacts, statement: object): Proposal {
  const trust = withStatement(role.trust, statement);
  const long =
    trust.length > usualLength ? `; with ${trust.length} characters it needs a higher quota than ${usualLength}` : "";
  return {
    change: {
      text: `Add a statement to the trust policy of role ${roleName(role.arn)}${long}`,
      document: statement,
      command: trustCommand(role, trust),
    },
    made: (world) => withRole(world, role.arn, (each) => ({ ...each, trust: withStatement(each.trust, statement) })),
  };
}

/** One statement less in a role's trust policy. */
export function removeTrust(role: RoleFacts, index: number): Proposal | undefined {
  const trust = withoutStatement(role.trust, index);
  if (trust === undefined) return undefined;
  return {
    change: {
      text: `Take statement ${index + 1} out of the trust policy of role ${roleName(role.arn)}: ${writtenStatement(role.trust, index)}`,
      command: trustCommand(role, trust),
    },
    made: (world) => withRole(world, role.arn, (each) => ({ ...each, trust })),
  };
}

/** A role that isn't there. */
export function makeRole(arn: string, trust: object): Proposal {
  const statement = { Version: "2012-10-17", Statement: [trust] };
  const role: RoleFacts = { arn, trust: JSON.stringify(statement), policies: read([]), tags: read({}) };
  const path = /:role(\/.*\/)[^/]+$/.exec(arn)?.[1];
  return {
    change: {
      text: `Make the role ${roleName(arn)}`,
      document: trust,
      command: `aws iam create-role --role-name ${roleName(arn)}${path === undefined ? "" : ` --path ${path}`} --assume-role-policy-document ${quoted(role.trust)}`,
    },
    made: (world) => ({ ...world, roles: new Map([...world.roles, [arn, read(role)]]) }),
  };
}

/** Another inline policy of a role. */
export function addInline(role: RoleFacts, statement: object): Proposal | undefined {
  if (!isRead(role.policies)) return undefined;
  const taken = new Set(role.policies.value.map(({ inline }) => inline));
  let name = ownPolicy;
  for (let i = 2; taken.has(name); i += 1) name = `${ownPolicy}-${i}`;
  const text = withStatement(undefined, statement);
  const policy: PolicyText = {
    name: `inline policy ${name} of role ${roleName(role.arn)}`,
    text: read(text),
    inline: name,
  };
  return {
    change: {
      text: `Give role ${roleName(role.arn)} an inline policy with this statement`,
      document: statement,
      command: `aws iam put-role-policy --role-name ${roleName(role.arn)} --policy-name ${name} --policy-document ${quoted(text)}`,
    },
    made: (world) =>
      withRole(world, role.arn, (each) => ({
        ...each,
        policies: isRead(each.policies) ? read([...each.policies.value, policy]) : each.policies,
      })),
  };
}

const isOfAws = (arn: string): boolean => /^arn:[^:]+:iam::aws:/.test(arn);

const versionCommand = (arn: string, text: string): string =>
  `aws iam create-policy-version --policy-arn ${arn} --set-as-default --policy-document ${quoted(text)}`;

/** One statement less in a policy of a role; a policy of AWS's goes as a whole. */
export function removeIdentity(role: RoleFacts, policy: PolicyText, index: number): Proposal | undefined {
  if (!isRead(policy.text)) return undefined;
  const name = roleName(role.arn);
  const managed = policy.arn !== undefined && isOfAws(policy.arn);
  const text = managed ? undefined : withoutStatement(policy.text.value, index);
  const written = writtenStatement(policy.text.value, index);
  const command =
    policy.inline === undefined
      ? text === undefined
        ? `aws iam detach-role-policy --role-name ${name} --policy-arn ${policy.arn}`
        : versionCommand(policy.arn ?? "", text)
      : text === undefined
        ? `aws iam delete-role-policy --role-name ${name} --policy-name ${policy.inline}`
        : `aws iam put-role-policy --role-name ${name} --policy-name ${policy.inline} --policy-document ${quoted(text)}`;
  return {
    change: {
      text:
        text === undefined
          ? `Take ${policy.name} from role ${name}`
          : `Take statement ${index + 1} out of ${policy.name}: ${written}`,
      command,
    },
    made: (world) =>
      withRole(world, role.arn, (each) => ({
        ...each,
        policies: isRead(each.policies)
          ? read(
              each.policies.value.flatMap((one) =>
                one.name !== policy.name ? [one] : text === undefined ? [] : [{ ...one, text: read(text) }],
              ),
            )
          : each.policies,
      })),
  };
}

/** The boundary of a role with another statement, or with one less. */
export function changeBoundary(role: RoleFacts, edit: { add: object } | { remove: number }): Proposal | undefined {
  const { boundary } = role;
  if (!boundary || !isRead(boundary.text)) return undefined;
  const before = boundary.text.value;
  const text = "add" in edit ? withStatement(before, edit.add) : withoutStatement(before, edit.remove);
  const name = roleName(role.arn);
  // Of AWS's own policies there are no versions to make.
  const whole = text === undefined || isOfAws(boundary.arn ?? "");
  const { boundary: _, ...free } = role;
  return {
    change: whole
      ? {
          text: `Take the permissions boundary ${boundary.arn} from role ${name}`,
          command: `aws iam delete-role-permissions-boundary --role-name ${name}`,
        }
      : {
          text:
            "add" in edit
              ? `Add a statement to the permissions boundary ${boundary.arn}`
              : `Take statement ${edit.remove + 1} out of the permissions boundary ${boundary.arn}`,
          ...("add" in edit ? { document: edit.add } : {}),
          command: versionCommand(boundary.arn ?? "", text),
        },
    made: (world) =>
      withRole(world, role.arn, (each) =>
        whole ? { ...free, policies: each.policies } : { ...each, boundary: { ...boundary, text: read(text) } },
      ),
  };
}

/** The session policy of a pod's association with another statement, or with one less. */
export function changeSession(world: PodWorld, edit: { add: object } | { remove: number }): Proposal | undefined {
  const association = isRead(world.association) ? world.association.value : undefined;
  if (association?.policy === undefined) return undefined;
  const { policy } = association;
  const rest = "add" in edit ? withStatement(policy, edit.add) : withoutStatement(policy, edit.remove);
  // EKS has no call that takes a policy away; one that limits nothing is the same.
  const text = rest ?? withStatement(undefined, { Effect: "Allow", Action: "*", Resource: "*" });
  const target = `aws eks update-pod-identity-association --cluster-name ${world.cluster.name} --association-id ${association.id}`;
  return {
    change: {
      text:
        "add" in edit
          ? `Add a statement to the session policy of association ${association.id}`
          : rest === undefined
            ? `Replace the session policy of association ${association.id} by one that limits nothing`
            : `Take statement ${edit.remove + 1} out of the session policy of association ${association.id}`,
      ...("add" in edit ? { document: edit.add } : {}),
      command: `${target} --policy ${quoted(text)}`,
    },
    made: (each) => ({
      ...each,
      association: read({ ...association, policy: text }),
    }),
  };
}

function policyCommand(resource: string, text: string | undefined): string | undefined {
  const bucket = /^arn:[^:]+:s3:::([^/]+)/.exec(resource)?.[1];
  if (bucket !== undefined) {
    return text === undefined
      ? `aws s3api delete-bucket-policy --bucket ${bucket}`
      : `aws s3api put-bucket-policy --bucket ${bucket} --policy ${quoted(text)}`;
  }
  const key = /^arn:[^:]+:kms:[^:]*:[^:]*:key\/(.+)$/.exec(resource)?.[1];
  return key === undefined || text === undefined
    ? undefined
    : `aws kms put-key-policy --key-id ${key} --policy-name default --policy ${quoted(text)}`;
}

/** The policy of the resource with another statement, or with one less. */
export function changeResource(
  world: PodWorld,
  resource: string,
  edit: { add: object } | { remove: number },
): Proposal | undefined {
  const { target } = world;
  if (!isRead(target.policy)) return undefined;
  const { value: policy } = target.policy;
  if (policy && !isRead(policy.text)) return undefined;
  const before = policy && isRead(policy.text) ? policy.text.value : undefined;
  const text =
    "add" in edit
      ? withStatement(before, edit.add)
      : before === undefined
        ? undefined
        : withoutStatement(before, edit.remove);
  const command = policyCommand(resource, text);
  const name = policy?.name ?? `policy of ${resource}`;
  return {
    change: {
      text: "add" in edit ? `Add a statement to the ${name}` : `Take statement ${edit.remove + 1} out of the ${name}`,
      ...("add" in edit ? { document: edit.add } : {}),
      ...(command === undefined ? {} : { command }),
    },
    made: (each) => ({
      ...each,
      target: { ...each.target, policy: read(text === undefined ? undefined : { name, text: read(text) }) },
    }),
  };
}

/** The provider of the cluster's tokens in IAM, or another audience that it takes. */
export function registerProvider(provider: ProviderFacts, known: boolean, audience: string): Proposal {
  const made = { ...provider, audiences: [...provider.audiences, audience] };
  return {
    change: {
      text: known
        ? `Let the provider ${provider.url} take tokens for ${audience}`
        : `Make the OpenID Connect provider of the cluster in IAM`,
      command: known
        ? `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${provider.arn} --client-id ${audience}`
        : `aws iam create-open-id-connect-provider --url https://${provider.url} --client-id-list ${audience}`,
    },
    made: (world) => ({
      ...world,
      providers: isRead(world.providers)
        ? read([...world.providers.value.filter(({ url }) => url !== provider.url), made])
        : world.providers,
    }),
  };
}

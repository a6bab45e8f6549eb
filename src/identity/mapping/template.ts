// Placeholders in user names and groups of mappings.
import type { Identity } from "../verify/answer.ts";

/** What is known of an EC2 instance that a session may be of. */
export interface NodeInstance {
  privateDnsName: string;
  /** Role of its instance profile; when known, a session of another role can't pass for the node. */
  roleArn?: string | undefined;
}

/** Looks up an instance; undefined when there is none. */
export type InstanceLookup = (instanceId: string) => NodeInstance | undefined;

const placeholder = /\{\{[^{}]*\}\}/g;
const instanceId = /^i-(\w{8}|\w{17})$/;
const known: readonly string[] = [
  "{{EC2PrivateDNSName}}",
  "{{AccountID}}",
  "{{SessionName}}",
  "{{SessionNameRaw}}",
  "{{AccessKeyID}}",
];

/** Placeholders that nobody fills in; they would stay in the name as they are. */
export function unknownPlaceholders(template: string): string[] {
  return (template.match(placeholder) ?? []).filter((name) => !known.includes(name));
}

/** The instance whose session this is, by the session's name; undefined for everybody else. */
export function instanceOf(identity: Identity): string | undefined {
  return instanceId.test(identity.sessionName) ? identity.sessionName : undefined;
}

/** True when a rule needs to know the instance's private DNS name. */
export function needsInstance(mapping: { username: string; groups: readonly string[] }): boolean {
  return [mapping.username, ...mapping.groups].some((template) => template.includes("{{EC2PrivateDNSName}}"));
}

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1).toLowerCase();

/**
 * The private DNS name of the instance whose session this is. A session's name is chosen by whoever assumes the role,
 * so the instance has to carry the same role: else everybody who may assume a node's role could be any node.
 */
function privateDnsName(identity: Identity, lookup: InstanceLookup): { name: string } | { problem: string } {
  const id = instanceOf(identity);
  if (id === undefined) return { problem: "SessionName did not contain an instance id" };
  const instance = lookup(id);
  if (!instance || instance.privateDnsName === "") return { problem: `instance ${id} has no private DNS name` };
  if (instance.roleArn !== undefined && roleName(instance.roleArn) !== roleName(identity.canonicalArn))
    return { problem: `instance ${id} runs with ${instance.roleArn}, not with ${identity.canonicalArn}` };
  return { name: instance.privateDnsName };
}

/** Fills in a template; unknown placeholders stay as they are. */
export function renderTemplate(
  template: string,
  identity: Identity,
  lookup: InstanceLookup,
): { text: string } | { problem: string } {
  let text = template;
  if (text.includes("{{EC2PrivateDNSName}}")) {
    const dns = privateDnsName(identity, lookup);
    if ("problem" in dns) return dns;
    text = text.replaceAll("{{EC2PrivateDNSName}}", () => dns.name);
  }
  const values: Readonly<Record<string, string>> = {
    "{{AccountID}}": identity.accountId,
    "{{SessionName}}": identity.sessionName.replaceAll("@", "-"),
    "{{SessionNameRaw}}": identity.sessionName,
    "{{AccessKeyID}}": identity.accessKeyId,
  };
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(name, () => value);
  return { text };
}

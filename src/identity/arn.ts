// ARNs as an authenticator reads them: a session of a role counts as the role.
// https://github.com/kubernetes-sigs/aws-iam-authenticator describes the rules for what STS answers.
import { partitionById } from "../facts/index.ts";

/** Parts of an ARN; the resource may hold further colons. */
export interface ArnParts {
  partition: string;
  service: string;
  region: string;
  account: string;
  resource: string;
}

/** What a caller of the Kubernetes API can be. */
export type PrincipalType = "user" | "role" | "root" | "federated-user" | "assumed-role";

/** An ARN in the form that mappings name, or what is wrong with it. */
export type CanonicalArn = { ok: true; type: PrincipalType; arn: string } | { ok: false; problem: string };

/** Splits an ARN. A string as result says what is missing. */
export function parseArn(arn: string): ArnParts | string {
  if (!arn.startsWith("arn:")) return "invalid prefix";
  const [, partition, service, region, account, ...rest] = arn.split(":");
  if (partition === undefined || service === undefined || region === undefined || account === undefined)
    return "not enough sections";
  return rest.length === 0 ? "not enough sections" : { partition, service, region, account, resource: rest.join(":") };
}

/** `arn:aws:sts::…:assumed-role/name/session` becomes `arn:aws:iam::…:role/name`; everything else stays as it is. */
export function canonicalArn(arn: string): CanonicalArn {
  const no = (problem: string): CanonicalArn => ({ ok: false, problem });
  const parts = parseArn(arn);
  if (typeof parts === "string") return no(`arn '${arn}' is invalid: 'arn: ${parts}'`);
  const { partition, service, account, resource } = parts;
  if (!partitionById(partition)) return no(`arn '${arn}' does not have a recognized partition`);
  const [kind = "", ...names] = resource.split("/");
  if (service === "iam" && (kind === "user" || kind === "role" || kind === "root"))
    return { ok: true, type: kind, arn };
  if (service === "sts" && kind === "federated-user") return { ok: true, type: kind, arn };
  if (service === "sts" && kind === "assumed-role") {
    if (names.length < 2) return no(`assumed-role arn '${arn}' does not have a role`);
    const role = names.slice(0, -1).join("/");
    return { ok: true, type: kind, arn: `arn:${partition}:iam::${account}:role/${role}` };
  }
  return service === "iam" || service === "sts"
    ? no(`unrecognized resource ${resource} for service ${service}`)
    : no(`service ${service} in arn ${arn} is not a valid service for identities`);
}

/** The ARN without the path of a role: `role/team/web/Name` becomes `role/Name`. Users keep theirs. */
export function stripPath(arn: string): string {
  const parts = parseArn(arn);
  if (typeof parts === "string" || !parts.resource.startsWith("role/")) return arn;
  return arn.slice(0, arn.length - parts.resource.length) + `role/${lastName(arn)}`;
}

/** The last part of an ARN's resource: the name of a user or role. */
export function lastName(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** Compares as IAM does with names: without regard to case. */
export function sameArn(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function sections(text: string): string[] | string {
  if (!text.startsWith("arn:")) return "invalid prefix";
  const all = text.split(":");
  return all.length < 6 ? "not enough sections" : [...all.slice(0, 5), all.slice(5).join(":")];
}

/**
 * Matches an ARN with a pattern, section by section: `*` is anything, `?` is one character or none.
 *
 * @returns what is wrong with either of them as a text
 */
export function arnLike(arn: string, pattern: string): boolean | string {
  const values = sections(arn);
  if (typeof values === "string") return values;
  const patterns = sections(pattern);
  if (typeof patterns === "string") return patterns;
  return patterns.every((section, i) => wildcardMatch(section, values[i] ?? ""));
}

/** Row by row over reachable positions, so that no pattern takes more than pattern × value steps. */
function wildcardMatch(pattern: string, value: string): boolean {
  let reach = Array.from({ length: value.length + 1 }, (_, at) => at === 0);
  for (const char of pattern) {
    const next = Array.from({ length: value.length + 1 }, () => false);
    for (let at = 0; at <= value.length; at += 1) {
      const stepped = at > 0 && reach[at - 1] === true;
      if (char === "*") next[at] = reach[at] === true || (at > 0 && next[at - 1] === true);
      else if (char === "?") next[at] = reach[at] === true || stepped;
      else next[at] = stepped && value[at - 1] === char;
    }
    reach = next;
  }
  return reach[value.length] === true;
}

// Changes of the aws-auth ConfigMap, with the meaning of eksctl's `create|delete iamidentitymapping`. Unlike there,
// comments, order and unknown fields stay, and nobody locks out nodes or themselves by accident.
import type { Diagnostic } from "../../base/index.ts";
import { LotseError } from "../../base/index.ts";
import { parseArn, sameArn, stripPath } from "../arn.ts";
import { insertItem, quoteItems, removeItems } from "./list-text.ts";
import type { AuthMapping, AwsAuth, AwsAuthData } from "./model.ts";
import { readAwsAuth } from "./read.ts";
import { readAccounts, readMaps } from "./read-list.ts";

/** The data to write back, and what is to be said about it. */
export interface AwsAuthEdit {
  data: AwsAuthData;
  changed: boolean;
  notes: readonly Diagnostic[];
}

/** A mapping to add. */
export interface NewMapping {
  arn: string;
  username?: string;
  groups?: readonly string[];
  /** Refuse, rather than shadow, a mapping that the ARN has already. */
  noDuplicateArns?: boolean;
}

const note = (code: string, title: string, severity: Diagnostic["severity"] = "info"): Diagnostic => ({
  code,
  severity,
  title,
  subject: "configmap/kube-system/aws-auth",
});

/** A key that holds no list can't be edited without guessing what it was meant to be. */
function readable(data: AwsAuthData | undefined, key: string): AwsAuth {
  const awsAuth = readAwsAuth(data);
  if (!awsAuth.unreadable.includes(key)) return awsAuth;
  const finding = awsAuth.findings.find(({ code, at }) => code === "identity/yaml" && at?.path === key);
  throw new LotseError("identity/yaml", {
    title: finding?.title ?? `${key} of aws-auth can't be read`,
    remedy: "Mend it first: `kubectl edit configmap aws-auth -n kube-system`",
    ...(finding?.at ? { at: finding.at } : {}),
  });
}

function keyOf(arn: string): AuthMapping["key"] {
  const parts = parseArn(arn);
  const resource = typeof parts === "string" ? "" : parts.resource;
  if (typeof parts !== "string" && resource.startsWith("user/")) return "mapUsers";
  if (typeof parts !== "string" && resource.startsWith("role/")) return "mapRoles";
  throw new LotseError("identity/arn-kind", {
    title: `arn is neither user nor role: ${arn}`,
    remedy: "Use an ARN such as arn:aws:iam::111122223333:role/name; for a whole account use --account",
  });
}

const sameGroups = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());

/**
 * Adds a mapping of a user or role, creating the list where there is none.
 *
 * @param data `data` of the ConfigMap; undefined when there is no such object
 * @throws LotseError identity/arn-kind, identity/mapping-incomplete, identity/shadowing-disabled, identity/yaml
 */
export function addMapping(data: AwsAuthData | undefined, mapping: NewMapping): AwsAuthEdit {
  const { arn, username = "", groups = [] } = mapping;
  const key = keyOf(arn);
  if (username === "" && groups.length === 0)
    throw new LotseError("identity/mapping-incomplete", {
      title: `neither username nor group are set for iam identity ${arn}`,
      remedy: "Give it --username, --group, or both",
    });
  const awsAuth = readable(data, key);
  const others = [...awsAuth.roles, ...awsAuth.users].filter((other) => sameArn(other.arn, arn));
  const notes: Diagnostic[] = [];
  if (mapping.noDuplicateArns) {
    if (others.some((other) => other.username === username && sameGroups(other.groups, groups))) {
      const same = note("identity/unchanged", `The mapping of ${arn} is there already`);
      return { data: { ...data }, changed: false, notes: [same] };
    }
    if (others.length > 0)
      throw new LotseError("identity/shadowing-disabled", {
        title: `found existing mapping with the same arn "${arn}" and shadowing is disabled`,
        remedy: "Delete it first, or allow duplicates: the last one counts",
      });
  } else if (others.length > 0) {
    const title = `${arn} has ${others.length} mapping(s) already, which will be shadowed: the last one counts`;
    notes.push(note("identity/mapping-shadowed", title, "warning"));
  }
  const item = {
    ...(groups.length > 0 ? { groups } : {}),
    [key === "mapRoles" ? "rolearn" : "userarn"]: arn,
    ...(username === "" ? {} : { username }),
  };
  return { data: { ...data, [key]: insertItem(data?.[key] ?? "", item) }, changed: true, notes };
}

/** Services that eksctl maps by name: the role that the service uses, and whom it is in Kubernetes. */
const services: Readonly<Record<string, { role: string; username: string }>> = {
  "emr-containers": { role: "AWSServiceRoleForAmazonEMRContainers", username: "emr-containers" },
};

/**
 * Maps the role of an AWS service, unless it is mapped.
 *
 * @throws LotseError identity/arn-kind for a service that has no such role
 */
export function addServiceMapping(
  data: AwsAuthData | undefined,
  serviceName: string,
  account: { partition: string; accountId: string },
): AwsAuthEdit {
  const service = Object.hasOwn(services, serviceName) ? services[serviceName] : undefined;
  if (!service)
    throw new LotseError("identity/arn-kind", {
      title: `invalid service name ${JSON.stringify(serviceName)}`,
      remedy: `Services are: ${Object.keys(services).join(", ")}`,
    });
  const arn = `arn:${account.partition}:iam::${account.accountId}:role/${service.role}`;
  if (readable(data, "mapRoles").roles.some((other) => sameArn(other.arn, arn))) {
    const same = note("identity/unchanged", `The mapping of ${arn} is there already`);
    return { data: { ...data }, changed: false, notes: [same] };
  }
  return addMapping(data, { arn, username: service.username });
}

/** Whose last mapping must not go without being asked for. */
export interface RemovalGuard {
  /** Canonical ARN of whoever runs the command. */
  callerArn?: string;
  /** Roles of living node groups and Fargate profiles. */
  nodeRoleArns?: readonly string[];
  /** Go ahead in spite of it. */
  force?: boolean;
}

function guardRemoval(arn: string, left: number, { callerArn, nodeRoleArns = [], force }: RemovalGuard): void {
  if (force || left > 0) return;
  const same = (other: string): boolean => sameArn(stripPath(other), stripPath(arn));
  if (callerArn !== undefined && same(callerArn))
    throw new LotseError("identity/removes-own-access", {
      title: `${arn} is your own last mapping; without it this cluster refuses you`,
      remedy: "Use other credentials, make an access entry for yourself first, or force it",
    });
  if (nodeRoleArns.some(same))
    throw new LotseError("identity/removes-node-role", {
      title: `${arn} is the role of nodes that are running; without its mapping they stop being Ready`,
      remedy: "Delete the node group first, make an access entry for the role, or force it",
    });
}

/** Places of an ARN in a list, with items that EKS drops: those have to go as well. */
function placesOf(data: AwsAuthData | undefined, key: AuthMapping["key"], arn: string): number[] {
  const list = readMaps(data?.[key] ?? "");
  const field = key === "mapRoles" ? "rolearn" : "userarn";
  const fits = (given: unknown): boolean => typeof given === "string" && sameArn(given, arn);
  return list.ok ? list.items.filter(({ value }) => fits(value?.[field])).map(({ index }) => index) : [];
}

/**
 * Removes mappings of an ARN: the first, or all of them. The ARN may be of any kind: wrong ones have to go, too.
 *
 * @throws LotseError identity/no-mapping when there is none and `all` is off; identity/removes-own-access and
 *   identity/removes-node-role by the guard; identity/yaml
 */
export function removeMapping(
  data: AwsAuthData | undefined,
  arn: string,
  options: { all?: boolean; guard?: RemovalGuard } = {},
): AwsAuthEdit {
  readable(data, arn.includes(":user/") ? "mapUsers" : "mapRoles");
  const keys = ["mapRoles", "mapUsers"] as const;
  const matches = keys.flatMap((key) => placesOf(data, key, arn).map((index) => ({ key, index })));
  if (matches.length === 0 && !options.all)
    throw new LotseError("identity/no-mapping", {
      title: `instance identity ARN "${arn}" not found in auth ConfigMap`,
      remedy: "`lotse get iamidentitymapping` lists them",
    });
  const gone = options.all ? matches : matches.slice(0, 1);
  const left = matches.length - gone.length;
  if (gone.length === 0) return { data: { ...data }, changed: false, notes: [] };
  guardRemoval(arn, left, options.guard ?? {});
  const edited: Record<string, string> = { ...data };
  for (const key of keys) {
    const places = gone.filter((match) => match.key === key).map(({ index }) => index);
    if (places.length > 0) edited[key] = removeItems(data?.[key] ?? "", places);
  }
  const title = `${left} further mapping(s) of ${arn} are left; --all removes them too`;
  const notes = left > 0 ? [note("identity/mappings-left", title, "warning")] : [];
  return { data: edited, changed: true, notes };
}

function accountsOf(data: AwsAuthData | undefined): { text: string; accounts: string[] } {
  readable(data, "mapAccounts");
  const text = data?.["mapAccounts"] ?? "";
  const list = readAccounts(text);
  return { text, accounts: list.ok ? list.items.map((item) => item.text) : [] };
}

/**
 * Lets everybody of an account in. The list stays without duplicates and, where it is sorted, sorted; ids get quotes.
 *
 * @throws LotseError identity/account-id, identity/yaml
 */
export function addAccount(data: AwsAuthData | undefined, account: string): AwsAuthEdit {
  if (!/^\d{12}$/.test(account))
    throw new LotseError("identity/account-id", { title: `${account} is no account id; those have twelve digits` });
  const { text, accounts } = accountsOf(data);
  const twice = accounts.flatMap((id, i) => (accounts.indexOf(id) < i ? [i] : []));
  const once = quoteItems(removeItems(text, twice));
  const known = accounts.filter((id, i) => accounts.indexOf(id) === i);
  const sorted = known.every((id, i) => i === 0 || (known[i - 1] ?? "") <= id);
  const after = known.findIndex((id) => id > account);
  const place = sorted && after !== -1 ? after : known.length;
  const mapAccounts = known.includes(account) ? once : insertItem(once, account, place);
  const notes = known.includes(account) ? [note("identity/unchanged", `Account ${account} is there already`)] : [];
  return { data: { ...data, mapAccounts }, changed: mapAccounts !== text, notes };
}

/** Takes an account out. @throws LotseError identity/no-mapping when it isn't in, identity/yaml */
export function removeAccount(data: AwsAuthData | undefined, account: string): AwsAuthEdit {
  const { text, accounts } = accountsOf(data);
  const places = accounts.flatMap((id, i) => (id === account ? [i] : []));
  if (places.length === 0)
    throw new LotseError("identity/no-mapping", { title: `account "${account}" not found in auth ConfigMap` });
  return { data: { ...data, mapAccounts: quoteItems(removeItems(text, places)) }, changed: true, notes: [] };
}

// Reads the aws-auth ConfigMap as the control plane does: what is bad is left out, what is good holds, and each loss is told.
import type { Diagnostic } from "../../base/index.ts";
import type { AuthMapping, AwsAuth, AwsAuthData, SsoRole } from "./model.ts";
import { awsAuthKeys } from "./model.ts";
import type { AccountItem, ListItem } from "./read-list.ts";
import { readAccounts, readMaps } from "./read-list.ts";

const subject = "configmap/kube-system/aws-auth";

const permissionSet = /^[\w+=,.@-]{1,32}$/;
const accountId = /^[0-9]{12}$/;

/** A text of an item: missing and null count as empty, everything but a string is a mistake. */
function text(value: unknown, name: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw new BadItem(`${name} is ${JSON.stringify(value)}, which YAML reads as no text`);
  return value;
}

function texts(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new BadItem(`${name} is no list`);
  return value.map((inner: unknown) => text(inner, `an item of ${name}`));
}

/** Leaves the item out; caught in this file. */
class BadItem extends Error {}

function readSso(value: unknown): SsoRole | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw new BadItem("sso is no map");
  const fields = new Map(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), inner as unknown]));
  const sso: SsoRole = {
    permissionSetName: text(fields.get("permissionsetname"), "sso.permissionSetName"),
    accountID: text(fields.get("accountid"), "sso.accountID"),
    partition: text(fields.get("partition"), "sso.partition"),
  };
  if (!permissionSet.test(sso.permissionSetName))
    throw new BadItem(`sso.permissionSetName ${JSON.stringify(sso.permissionSetName)} is no permission set`);
  if (!accountId.test(sso.accountID))
    throw new BadItem(`sso.accountID ${JSON.stringify(sso.accountID)} is no account id`);
  return sso;
}

/**
 * One mapping out of an item with lower-case keys.
 *
 * @returns what is wrong with it as a text
 */
export function readMapping(
  item: Readonly<Record<string, unknown>>,
  place: Pick<AuthMapping, "key" | "index" | "line">,
): AuthMapping | string {
  try {
    const isRole = place.key === "mapRoles";
    const arn = text(item[isRole ? "rolearn" : "userarn"], isRole ? "rolearn" : "userarn");
    const sso = isRole ? readSso(item["sso"]) : undefined;
    if (isRole && arn === "" && !sso) return "one of rolearn or SSO must be supplied";
    if (isRole && arn !== "" && sso) return "only one of rolearn or SSO can be supplied";
    if (!isRole && arn === "") return "value for userarn must be supplied";
    const userId = text(item["userid"], "userid");
    return {
      ...place,
      arn,
      username: text(item["username"], "username"),
      groups: texts(item["groups"], "groups"),
      ...(sso ? { sso } : {}),
      ...(userId === "" ? {} : { userId }),
    };
  } catch (error) {
    if (error instanceof BadItem) return error.message;
    throw error;
  }
}

function unreadable(key: string, problem: string, line: number): Diagnostic {
  return {
    code: "identity/yaml",
    severity: "error",
    title: `${key} of aws-auth can't be read: ${problem}`,
    detail: `Everything in ${key} is lost, for nodes as for people, until it is a YAML list again.`,
    remedy: "Mend the line; `lotse get iamidentitymapping` shows what is left",
    at: { path: key, line },
    subject,
  };
}

function dropped(key: string, { index, line }: ListItem, problem: string): Diagnostic {
  return {
    code: "identity/item-dropped",
    severity: "error",
    title: `${key}[${index}] of aws-auth is left out: ${problem}`,
    remedy: "Quote texts that look like numbers or yes and no, and give every item its ARN",
    at: { path: `${key}[${index}]`, line },
    subject,
  };
}

/** Reads `data` of the ConfigMap. Never throws for what it holds; undefined is a cluster without the map. */
export function readAwsAuth(data: AwsAuthData | undefined): AwsAuth {
  const findings: Diagnostic[] = [];
  const broken: string[] = [];
  const mappings = (key: AuthMapping["key"]): AuthMapping[] => {
    const list = readMaps(textOf(data, key));
    if (!list.ok) {
      broken.push(key);
      findings.push(unreadable(key, list.problem, list.line));
      return [];
    }
    return list.items.flatMap((item) => {
      const { index, line, value } = item;
      const mapping = value ? readMapping(value, { key, index, line }) : "it is no map";
      if (typeof mapping !== "string") return [mapping];
      findings.push(dropped(key, item, mapping));
      return [];
    });
  };
  const roles = mappings("mapRoles");
  const users = mappings("mapUsers");
  const accounts = readAccounts(textOf(data, "mapAccounts"));
  if (!accounts.ok) {
    broken.push("mapAccounts");
    findings.push(unreadable("mapAccounts", accounts.problem, accounts.line));
  }
  if (accounts.ok) findings.push(...accounts.items.flatMap(unquoted));
  return {
    roles,
    users,
    accounts: accounts.ok ? accounts.items.map((item) => item.text) : [],
    unreadable: broken,
    findings: [...misspelled(data), ...findings],
  };
}

/** EKS keeps the digits; eksctl and others read a number and fail on the whole key. */
function unquoted({ text: account, quoted, line }: AccountItem): Diagnostic[] {
  if (quoted || !/^\d+$/.test(account)) return [];
  return [
    {
      code: "identity/account-id",
      severity: "warning",
      title: `mapAccounts names ${account} without quotes; eksctl can't read that`,
      remedy: `Write "${account}"`,
      at: { path: "mapAccounts", line },
      subject,
    },
  ];
}

/** A ConfigMap's values are strings; whoever hands something else over gets it treated as one that can't be read. */
function textOf(data: AwsAuthData | undefined, key: string): string {
  const value: unknown = data && Object.hasOwn(data, key) ? data[key] : "";
  return typeof value === "string" ? value : "value: is no string";
}

function misspelled(data: AwsAuthData | undefined): Diagnostic[] {
  const known: readonly string[] = awsAuthKeys;
  return Object.keys(data ?? {}).flatMap((key): Diagnostic[] => {
    if (known.includes(key)) return [];
    const bare = key.toLowerCase().replace(/s$/, "");
    const meant = known.find((name) => name.toLowerCase().replace(/s$/, "") === bare);
    return [
      {
        code: "identity/key-name",
        severity: meant ? "error" : "warning",
        title: `aws-auth has the key ${key}, which is ignored`,
        remedy: meant ? `Call it ${meant}; upper and lower case count` : `Only ${known.join(", ")} are read`,
        at: { path: key },
        subject,
      },
    ];
  });
}

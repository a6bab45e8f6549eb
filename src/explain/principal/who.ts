// Who somebody of IAM is in a cluster: the rule that lets them in, or the ones that nearly do.
import type { AuthenticationMode, Identity, MappedUser } from "../../identity/index.ts";
import {
  canonicalArn,
  clusterMappers,
  decideMapping,
  entryOf,
  readAwsAuth,
  sameArn,
  stripPath,
} from "../../identity/index.ts";
import { reservedNamePrefixes } from "../../facts/index.ts";
import type { Step, Verdict } from "../explanation.ts";
import { isRead, valueOf } from "../explanation.ts";
import type { EntryFacts, PrincipalQuestion, PrincipalWorld } from "./world.ts";

/** In place of a session's name while it is open; templates leave it as it is. */
export const openSessionName = "{{SessionName}}";

/** Somebody as the cluster will know them. */
export interface Caller {
  identity: Identity;
  /** False while any session of the role is meant. */
  sessionKnown: boolean;
  /** The role or user as it was asked for, with its path where that was given. */
  asked: string;
}

/** Let in and as whom, not let in, or not to be told. */
export type Entrance =
  | { verdict: "allow"; user: MappedUser; entry?: EntryFacts; steps: Step[] }
  | { verdict: Exclude<Verdict, "allow">; steps: Step[]; why: string; code: string; at?: string };

/** Reads the ARN that is asked about; a text says what is wrong with it. */
export function callerOf({ arn, sessionName }: PrincipalQuestion, world: PrincipalWorld): Caller | string {
  const canonical = canonicalArn(arn);
  if (!canonical.ok) return canonical.problem;
  const role = canonical.type === "role" || canonical.type === "assumed-role";
  const known = canonical.type === "assumed-role" ? arn.slice(arn.lastIndexOf("/") + 1) : sessionName;
  const session = role ? (known ?? openSessionName) : "";
  const account = arn.split(":")[4] ?? "";
  const facts = valueOf(world.principal);
  const id = facts?.id ?? (role ? "AROAUNKNOWN" : "AIDAUNKNOWN");
  const plain = stripPath(canonical.arn);
  return {
    sessionKnown: !role || known !== undefined,
    asked: canonical.arn,
    identity: {
      arn: role ? `arn:${plain.split(":")[1]}:sts::${account}:assumed-role/${plain.split("/").at(-1)}/${session}` : arn,
      canonicalArn: plain,
      type: role ? "assumed-role" : canonical.type,
      accountId: account,
      userId: role ? `${id}:${session}` : id,
      principalId: id,
      sessionName: session,
      accessKeyId: "",
    },
  };
}

const note = (code: string, text: string, at?: string): Step => ({
  code,
  outcome: "note",
  text,
  ...(at === undefined ? {} : { at }),
});

/** Why an entry with somebody's name isn't for them. */
function staleness(entry: EntryFacts, world: PrincipalWorld): string | undefined {
  const facts = valueOf(world.principal);
  if (!facts) return undefined;
  if (!sameArn(entry.principalArn, facts.arn)) return `it is for ${entry.principalArn}, and IAM has ${facts.arn} now`;
  if (entry.principalId !== undefined && facts.id !== undefined && entry.principalId !== facts.id)
    return `it is for ${entry.principalId}, and IAM has ${facts.id} now`;
  if (entry.created !== undefined && facts.created !== undefined && facts.created > entry.created)
    return "the principal was made after it: entries are bound to the one that was there";
  return undefined;
}

const resourceOf = (arn: string): string => arn.split(":").slice(5).join(":");

/** Why an item of aws-auth isn't the one, although it nearly is. */
function nearly(wanted: string, arn: string): string | undefined {
  const [, partition, , , account] = wanted.split(":");
  const [, otherPartition, , , otherAccount] = arn.split(":");
  if (sameArn(arn, wanted)) return undefined;
  if (sameArn(stripPath(arn), wanted)) return "it has the role's path, and sessions don't: write it without";
  const asRole = canonicalArn(arn);
  if (asRole.ok && asRole.type === "assumed-role" && sameArn(asRole.arn, wanted))
    return "it names a session; aws-auth takes roles only";
  const same = resourceOf(stripPath(arn)).toLowerCase() === resourceOf(wanted).toLowerCase();
  if (same && account === otherAccount && partition !== otherPartition)
    return `it is of partition ${otherPartition}, and the caller of ${partition}`;
  if (same && account !== otherAccount) return `it is of account ${otherAccount}, and the caller of ${account}`;
  const name = wanted.slice(wanted.lastIndexOf("/") + 1);
  if (resourceOf(arn) === `instance-profile/${name}` && account === otherAccount)
    return "it names an instance profile; nobody calls as one";
  const pattern = arn.includes("*") && new RegExp(`^${arn.split("*").map(escaped).join(".*")}$`, "i").test(wanted);
  return pattern ? "aws-auth takes * literally" : undefined;
}

const escaped = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);

function nearMisses(world: PrincipalWorld, caller: Caller, mode: AuthenticationMode): Step[] {
  const wanted = caller.identity.canonicalArn;
  const { roles, users, accounts, unreadable, findings } = readAwsAuth(valueOf(world.awsAuth));
  const items = [...roles, ...users];
  const steps: Step[] = [];
  for (const item of items) {
    const at = `aws-auth ${item.key}[${item.index}]`;
    if (mode === "API" && sameArn(item.arn, wanted)) {
      steps.push(note("explain/mode", `${at} names it, and authentication mode API doesn't look at aws-auth`, at));
      continue;
    }
    const why = nearly(wanted, item.arn);
    if (why !== undefined) steps.push(note("explain/near-miss", `${at} is ${item.arn}: ${why}`, at));
  }
  for (const key of unreadable) {
    const broken = findings.find(({ at }) => at?.path === key);
    steps.push(
      note(
        "explain/map-unreadable",
        `${key} of aws-auth can't be read${broken ? `: ${broken.title}` : ""}`,
        `aws-auth ${key}`,
      ),
    );
  }
  if (mode === "API" && accounts.includes(caller.identity.accountId))
    steps.push(note("explain/mode", "aws-auth mapAccounts names its account, and mode API doesn't look there"));
  for (const entry of valueOf(world.entries) ?? []) {
    const why = sameArn(stripPath(entry.principalArn), wanted) ? undefined : nearly(wanted, entry.principalArn);
    if (why !== undefined && !why.includes("path"))
      steps.push(
        note("explain/near-miss", `There is an access entry for ${entry.principalArn}: ${why}`, entry.principalArn),
      );
  }
  return steps;
}

/** Usernames of aws-auth that EKS refuses. */
const reserved = { EKSConfigMap: reservedNamePrefixes.filter((prefix) => prefix !== "system:") };

/** Finds the rule that lets somebody in. */
export function entranceOf(world: PrincipalWorld, caller: Caller): Entrance {
  const { identity, sessionKnown } = caller;
  if (!isRead(world.mode)) {
    const why = `The cluster's authentication mode isn't known: ${world.mode.unread}`;
    return { verdict: "unknown", steps: [], code: "explain/mode-unread", why };
  }
  const mode = world.mode.value;
  const steps: Step[] = [note("explain/mode", modeText[mode])];
  const asksEntries = mode !== "CONFIG_MAP";
  const asksMap = mode !== "API";
  if (asksEntries && !isRead(world.entries)) {
    return {
      verdict: "unknown",
      steps,
      code: "explain/entries-unread",
      why: `Access entries: ${world.entries.unread}`,
    };
  }
  if (isRead(world.principal) && !world.principal.value && identity.accountId === world.cluster.account) {
    const why = `IAM has no ${identity.canonicalArn}`;
    return { verdict: "deny", steps, code: "explain/principal-missing", why, at: identity.canonicalArn };
  }
  const all = asksEntries ? (valueOf(world.entries) ?? []) : [];
  const live = all.filter((entry) => {
    const why = sameArn(stripPath(entry.principalArn), identity.canonicalArn) ? staleness(entry, world) : undefined;
    if (why !== undefined)
      steps.push(
        note(
          "explain/entry-stale",
          `The access entry of ${entry.principalArn} doesn't count: ${why}`,
          entry.principalArn,
        ),
      );
    return why === undefined;
  });
  // Which entry is whose is settled; what IAM's id is plays no further part.
  const entries = live.map((entry) => ({ ...entry, principalId: undefined }));
  const entry = entryOf(entries, identity);
  if (!entry && asksMap && !isRead(world.awsAuth)) {
    return { verdict: "unknown", steps, code: "explain/map-unread", why: `aws-auth: ${world.awsAuth.unread}` };
  }
  const awsAuth = valueOf(world.awsAuth);
  const mappers = clusterMappers({
    authenticationMode: mode,
    entries,
    ...(world.creator ? { creator: world.creator } : {}),
    ...(awsAuth ? { awsAuth } : {}),
  });
  const decision = decideMapping(identity, mappers, { reserved, instances: (id) => world.instances.get(id) });
  if (decision.allowed) return { verdict: "allow", user: decision.user, ...(entry ? { entry } : {}), steps };
  if (decision.reason.startsWith("identity is not mapped")) {
    const why = `${mode === "API" ? "No access entry" : mode === "CONFIG_MAP" ? "No item of aws-auth" : "Neither an access entry nor an item of aws-auth"} is for ${identity.canonicalArn}`;
    return { verdict: "deny", steps: [...steps, ...nearMisses(world, caller, mode)], code: "explain/not-mapped", why };
  }
  const open = !sessionKnown && decision.reason.includes("SessionName");
  const verdict = open || decision.reason.includes("has no private DNS name") ? "unknown" : "deny";
  return { verdict, steps, code: "explain/template", why: decision.reason };
}

const modeText: Readonly<Record<AuthenticationMode, string>> = {
  CONFIG_MAP: "Authentication mode CONFIG_MAP: aws-auth alone says who comes in",
  API_AND_CONFIG_MAP:
    "Authentication mode API_AND_CONFIG_MAP: an access entry decides, and where there is none aws-auth",
  API: "Authentication mode API: access entries alone say who comes in",
};

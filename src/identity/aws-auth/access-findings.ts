// Findings about aws-auth that need to know the cluster around it: its nodes, its access entries, its bindings, IAM.
import type { Diagnostic } from "../../base/index.ts";
import { sameArn, stripPath } from "../arn.ts";
import type { AuthMapping } from "./model.ts";
import { nodeMappings } from "./model.ts";
import type { AwsAuthSituation, NodeRole } from "./situation.ts";

const subject = "configmap/kube-system/aws-auth";

const all = ({ awsAuth }: AwsAuthSituation): AuthMapping[] => [...awsAuth.roles, ...awsAuth.users];

/** In mode CONFIG_MAP access entries don't exist, in mode API nothing else does. */
const entriesOf = ({ entryArns = [], authenticationMode }: AwsAuthSituation): readonly string[] =>
  authenticationMode === "CONFIG_MAP" ? [] : entryArns;

/** The item that maps a node role; the last one with its ARN counts. */
const mappingOf = ({ awsAuth }: AwsAuthSituation, { arn }: NodeRole): AuthMapping | undefined =>
  awsAuth.roles.findLast((mapping) => sameArn(mapping.arn, stripPath(arn)));

function nodesUnmapped(situation: AwsAuthSituation): Diagnostic[] {
  const entries = entriesOf(situation);
  return (situation.nodeRoles ?? [])
    .filter((role) => !entries.some((arn) => sameArn(arn, role.arn)))
    .filter((role) => situation.authenticationMode === "API" || !mappingOf(situation, role))
    .map((role) => ({
      code: "identity/nodes-unmapped",
      severity: "error",
      title: `${role.arn}, the role of ${role.name}, has neither a mapping nor an access entry; its nodes can't join`,
      remedy:
        situation.authenticationMode === "API"
          ? "Make an access entry for it"
          : `lotse create iamidentitymapping --arn ${stripPath(role.arn)} --username ${nodeMappings[role.kind].username}` +
            nodeMappings[role.kind].groups.map((group) => ` --group ${group}`).join(""),
      subject,
      data: { arn: role.arn, name: role.name },
    }));
}

function nodeMapping(situation: AwsAuthSituation): Diagnostic[] {
  return (situation.nodeRoles ?? []).flatMap((role): Diagnostic[] => {
    const mapping = mappingOf(situation, role);
    const wanted = nodeMappings[role.kind];
    if (!mapping || entriesOf(situation).some((arn) => sameArn(arn, role.arn))) return [];
    const lacks = wanted.groups.filter((group) => group !== "system:bootstrappers" && !mapping.groups.includes(group));
    if (mapping.username === wanted.username && lacks.length === 0) return [];
    const what =
      mapping.username === wanted.username
        ? `without ${lacks.join(", ")}`
        : `as ${JSON.stringify(mapping.username)} instead of ${wanted.username}`;
    return [
      {
        code: "identity/node-mapping",
        severity: "error",
        title: `${role.arn}, the role of ${role.name}, is mapped ${what}; the node authorizer refuses its nodes`,
        remedy: `Give it username ${wanted.username} and groups ${wanted.groups.join(", ")}`,
        at: { path: `${mapping.key}[${mapping.index}]`, line: mapping.line },
        subject,
      },
    ];
  });
}

function unboundGroups(situation: AwsAuthSituation): Diagnostic[] {
  const { boundNames } = situation;
  if (!boundNames) return [];
  return all(situation).flatMap((mapping) =>
    mapping.groups
      .filter((group) => !group.startsWith("system:") && !group.startsWith("eks:") && !boundNames.includes(group))
      .map((group) => ({
        code: "identity/group-unbound",
        severity: "warning",
        title: `No binding names group ${group}, so ${mapping.arn} may log in and do nothing by it`,
        remedy: `kubectl create clusterrolebinding ${group.replaceAll(/[^a-z0-9.-]/gi, "-")} --clusterrole=view --group=${group}`,
        at: { path: `${mapping.key}[${mapping.index}]`, line: mapping.line },
        subject,
      })),
  );
}

function deadPrincipals(situation: AwsAuthSituation): Diagnostic[] {
  const { principals } = situation;
  if (!principals) return [];
  return all(situation)
    .filter(({ arn }) => arn.split(":")[4] === principals.accountId && /:(role|user)\//.test(arn) && !arn.includes("*"))
    .filter(({ arn }) => !principals.arns.some((known) => sameArn(stripPath(known), stripPath(arn))))
    .map((mapping) => ({
      code: "identity/dead-principal",
      severity: "warning",
      title: `${mapping.arn} doesn't exist in IAM; whoever makes it anew gets this access`,
      remedy: `lotse delete iamidentitymapping --arn ${mapping.arn}`,
      at: { path: `${mapping.key}[${mapping.index}]`, line: mapping.line },
      subject,
    }));
}

function creatorOnly(situation: AwsAuthSituation): Diagnostic[] {
  const { awsAuth, authenticationMode } = situation;
  const people = all(situation).filter(({ username }) => !username.startsWith("system:node:"));
  if (authenticationMode !== "CONFIG_MAP" || people.length > 0 || awsAuth.accounts.length > 0) return [];
  return [
    {
      code: "identity/creator-only",
      severity: "warning",
      title: "Only whoever created the cluster has access to it, and that can't be given to anybody else",
      remedy: "Map a role of your team, or switch to API_AND_CONFIG_MAP and make access entries",
      subject,
    },
  ];
}

function mapIgnored({ awsAuth, authenticationMode }: AwsAuthSituation): Diagnostic[] {
  const count = awsAuth.roles.length + awsAuth.users.length + awsAuth.accounts.length;
  if (authenticationMode !== "API" || count === 0) return [];
  return [
    {
      code: "identity/map-ignored",
      severity: "warning",
      title: `aws-auth has ${count} mapping(s), and authentication mode API ignores them all`,
      remedy: "Make access entries for those that are missed, then delete the ConfigMap",
      subject,
    },
  ];
}

/** Checks in the order they are told. */
export const accessFindings: readonly ((situation: AwsAuthSituation) => Diagnostic[])[] = [
  nodesUnmapped,
  nodeMapping,
  unboundGroups,
  deadPrincipals,
  creatorOnly,
  mapIgnored,
];

// The usual mistakes in aws-auth, each with the reason why it is one.
import type { Diagnostic } from "../../base/index.ts";
import { lastName, sameArn, stripPath } from "../arn.ts";
import { ruleOf } from "../mapping/aws-auth-mapper.ts";
import { unknownPlaceholders } from "../mapping/template.ts";
import { accessFindings } from "./access-findings.ts";
import type { AuthMapping } from "./model.ts";
import type { AwsAuthSituation } from "./situation.ts";

type Check = (situation: AwsAuthSituation) => Diagnostic[];

const subject = "configmap/kube-system/aws-auth";

function finding(
  code: string,
  severity: Diagnostic["severity"],
  mapping: AuthMapping,
  title: string,
  remedy: string,
): Diagnostic {
  const { key, index, line, arn } = mapping;
  return { code, severity, title, remedy, at: { path: `${key}[${index}]`, line }, subject, data: { arn } };
}

const all = ({ awsAuth }: AwsAuthSituation): AuthMapping[] => [...awsAuth.roles, ...awsAuth.users];
const resourceOf = (arn: string): string => arn.split(":").slice(5).join(":");
const isSso = (arn: string): boolean => lastName(arn).startsWith("AWSReservedSSO_");

const paths: Check = ({ awsAuth }) =>
  awsAuth.roles
    .filter(({ arn }) => /^role\/.+\/./.test(resourceOf(arn)) && !arn.includes("*"))
    .map((mapping) => {
      const remedy = isSso(mapping.arn)
        ? `Use an access entry, which takes the path; in aws-auth it would be ${stripPath(mapping.arn)}`
        : `Write ${stripPath(mapping.arn)}; an account has no two roles of one name`;
      const title = `${mapping.arn} has a path, so it never matches: STS names roles without it`;
      return finding("identity/arn-path", "error", mapping, title, remedy);
    });

const sessions: Check = ({ awsAuth }) =>
  awsAuth.roles
    .filter(({ arn }) => arn.includes(":assumed-role/"))
    .map((mapping) => {
      const [, account = "", role = ""] = /:sts::([^:]*):assumed-role\/([^/]*)/.exec(mapping.arn) ?? [];
      const partition = mapping.arn.split(":")[1] ?? "aws";
      const title = `${mapping.arn} is a session; aws-auth takes the role, so it never matches`;
      const remedy = `Write arn:${partition}:iam::${account}:role/${role}`;
      return finding("identity/arn-session", "error", mapping, title, remedy);
    });

const instanceProfiles: Check = (situation) =>
  all(situation)
    .filter(({ arn }) => resourceOf(arn).startsWith("instance-profile/"))
    .map((mapping) =>
      finding(
        "identity/instance-profile",
        "error",
        mapping,
        `${mapping.arn} is an instance profile; nobody calls as one, so it never matches`,
        "Write the role that is in it: `aws iam get-instance-profile` names it",
      ),
    );

const wildcards: Check = (situation) =>
  all(situation)
    .filter(({ arn }) => arn.includes("*"))
    .map((mapping) =>
      finding(
        "identity/arn-wildcard",
        "error",
        mapping,
        `${mapping.arn} has a wildcard, which aws-auth takes literally, so it never matches`,
        "Name each role, or map the account",
      ),
    );

const ssoRoles: Check = ({ awsAuth }) =>
  awsAuth.roles
    .filter(({ arn }) => isSso(arn))
    .map((mapping) =>
      finding(
        "identity/sso-role",
        "warning",
        mapping,
        `${mapping.arn} is of a permission set; its suffix changes when the set is provisioned anew`,
        "Use an access entry, and renew it after such a change",
      ),
    );

const duplicates: Check = (situation) =>
  [situation.awsAuth.roles, situation.awsAuth.users].flatMap((list) =>
    list.flatMap((mapping, i) => {
      const later = list.find((other, j) => j > i && mapping.arn !== "" && sameArn(other.arn, mapping.arn));
      if (!later) return [];
      const title = `${mapping.arn} is there twice; ${ruleOf(later)} counts, this one doesn't`;
      return [finding("identity/duplicate", "warning", mapping, title, "Join the groups of both into one")];
    }),
  );

const masters: Check = (situation) =>
  all(situation)
    .filter(({ groups }) => groups.includes("system:masters"))
    .map((mapping) =>
      finding(
        "identity/masters",
        "warning",
        mapping,
        `${mapping.arn} is in system:masters, which stands above RBAC`,
        "Use a group of your own bound to cluster-admin, or an access entry with AmazonEKSClusterAdminPolicy",
      ),
    );

const foldedGroups: Check = (situation) =>
  all(situation).flatMap((mapping) =>
    mapping.groups
      .filter((group) => /\s-\s/.test(group) || /^-\s/.test(group))
      .map((group) =>
        finding(
          "identity/group-name",
          "error",
          mapping,
          `${JSON.stringify(group)} is one group; a list item was folded into the line before`,
          "Give every group a line of its own, all at the same indentation",
        ),
      ),
  );

const incomplete: Check = (situation) =>
  all(situation)
    .filter(({ username, groups }) => username === "" && groups.length === 0)
    .map((mapping) =>
      finding(
        "identity/mapping-incomplete",
        "error",
        mapping,
        `${mapping.arn || ruleOf(mapping)} has neither user name nor groups; nobody without a name gets in`,
        "Add a username, groups or both",
      ),
    );

const placeholders: Check = (situation) =>
  all(situation).flatMap((mapping) =>
    [mapping.username, ...mapping.groups].flatMap(unknownPlaceholders).map((name) => {
      const title = `${name} is no placeholder; it stays in the name as it is`;
      const remedy =
        "There are {{EC2PrivateDNSName}}, {{AccountID}}, {{SessionName}}, {{SessionNameRaw}}, {{AccessKeyID}}";
      return finding("identity/placeholder", "warning", mapping, title, remedy);
    }),
  );

const accountIds: Check = ({ awsAuth }) =>
  awsAuth.accounts
    .filter((account) => !/^\d{12}$/.test(account))
    .map((account) => ({
      code: "identity/account-id",
      severity: "error",
      title: `mapAccounts names ${JSON.stringify(account)}, which is no account id`,
      remedy: "Write twelve digits in quotes",
      at: { path: "mapAccounts" },
      subject,
    }));

const checks: readonly Check[] = [
  paths,
  sessions,
  instanceProfiles,
  wildcards,
  ssoRoles,
  duplicates,
  masters,
  foldedGroups,
  incomplete,
  placeholders,
  accountIds,
  ...accessFindings,
];

/** All that is wrong or doubtful in a map, with what was lost when it was read. */
export function awsAuthFindings(situation: AwsAuthSituation): Diagnostic[] {
  return [...situation.awsAuth.findings, ...checks.flatMap((check) => check(situation))];
}

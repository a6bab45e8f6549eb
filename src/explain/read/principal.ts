// What decides about somebody in a cluster, read from EKS, IAM and the API server.
import type { LivingCluster } from "../../access/index.ts";
import { readAwsAuthMap, readEntries } from "../../access/index.ts";
import type { Aws } from "../../aws/index.ts";
import type { MappedUser, NodeInstance } from "../../identity/index.ts";
import { canonicalArn, sameArn, stripPath, userInfo } from "../../identity/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, read, unread, valueOf } from "../explanation.ts";
import { roleName } from "../iam/world.ts";
import type { Rbac, RbacBinding, RbacRole } from "../principal/rbac.ts";
import { attributesOf, kubeUserOf } from "../principal/rights.ts";
import { callerOf } from "../principal/who.ts";
import type { PrincipalFacts, PrincipalQuestion, PrincipalWorld, ReviewFacts } from "../principal/world.ts";
import type { KindFacts } from "../principal/kinds.ts";
import { attempt, attemptFind } from "./attempt.ts";
import { roleOfProfile } from "./node.ts";

/** All roles and bindings. */
export async function readRbac(kube: Kube): Promise<Known<Rbac>> {
  return attempt("RBAC", async () => {
    const [roles, clusterRoles, roleBindings, clusterRoleBindings] = await Promise.all([
      kube.list<KubeObject & RbacRole>(resources.roles),
      kube.list<KubeObject & RbacRole>(resources.clusterRoles),
      kube.list<KubeObject & RbacBinding>(resources.roleBindings),
      kube.list<KubeObject & RbacBinding>(resources.clusterRoleBindings),
    ]);
    return { roles, clusterRoles, roleBindings, clusterRoleBindings };
  });
}

async function readPrincipal(aws: Aws, arn: string): Promise<Known<PrincipalFacts | undefined>> {
  const canonical = canonicalArn(arn);
  const account = arn.split(":")[4] ?? "";
  if (!canonical.ok || (canonical.type !== "user" && canonical.type !== "role" && canonical.type !== "assumed-role"))
    return unread("it is no role and no user");
  const me = await aws.identity();
  if (account !== me.account) return unread(`it is of account ${account}, and you are of ${me.account}`);
  const name = roleName(canonical.arn);
  const mine = canonicalArn(me.arn);
  // Whoever asks is there, whatever IAM lists.
  const asker =
    mine.ok && sameArn(stripPath(mine.arn), stripPath(canonical.arn))
      ? { arn: canonical.arn, id: me.userId.split(":")[0] ?? "" }
      : undefined;
  const facts = (
    found: { Arn?: string | undefined; CreateDate?: Date | undefined } | undefined,
    id: string | undefined,
  ): PrincipalFacts | undefined =>
    found && {
      arn: found.Arn ?? arn,
      ...(id === undefined ? {} : { id }),
      ...(found.CreateDate === undefined ? {} : { created: found.CreateDate.getTime() }),
    };
  if (canonical.type === "user") {
    const found = await attemptFind(`user ${name}`, async () => {
      const { User } = await aws.call("iam", "GetUser", { UserName: name });
      return facts(User, User?.UserId);
    });
    return asker && valueOf(found) === undefined ? read(asker) : found;
  }
  return attemptFind(`role ${name}`, async () => {
    const { Role } = await aws.call("iam", "GetRole", { RoleName: name });
    return facts(Role, Role?.RoleId);
  });
}

/** The instance that a session is named after. */
async function readInstances(aws: Aws, session: string): Promise<Map<string, NodeInstance>> {
  if (!/^i-(\w{8}|\w{17})$/.test(session)) return new Map();
  const found = await attemptFind(`instance ${session}`, async () => {
    const { Reservations } = await aws.call("ec2", "DescribeInstances", { InstanceIds: [session] });
    const instance = Reservations?.[0]?.Instances?.[0];
    const profile = instance?.IamInstanceProfile?.Arn;
    const roleArn = profile === undefined ? undefined : valueOf(await roleOfProfile(aws, profile));
    return instance?.PrivateDnsName === undefined
      ? undefined
      : { privateDnsName: instance.PrivateDnsName, ...(roleArn === undefined ? {} : { roleArn }) };
  });
  const instance = valueOf(found);
  return instance ? new Map([[session, instance]]) : new Map();
}

/** Reads it all; what the API server doesn't tell stays unread. */
export async function readPrincipalWorld(
  aws: Aws,
  kube: Kube,
  cluster: LivingCluster,
  { arn, sessionName }: Pick<PrincipalQuestion, "arn" | "sessionName">,
): Promise<PrincipalWorld> {
  const { name, account, partition, region, mode } = cluster;
  const session = sessionName ?? (arn.includes(":assumed-role/") ? roleName(arn) : "");
  const [entries, awsAuth, principal, instances, rbac] = await Promise.all([
    mode === "CONFIG_MAP" ? read([]) : attempt("access entries", () => readEntries(aws, name)),
    // In mode API nobody asks the map, but that it names somebody is worth telling.
    attempt("aws-auth", async () => (await readAwsAuthMap(kube))?.data),
    readPrincipal(aws, arn),
    readInstances(aws, session),
    readRbac(kube),
  ]);
  return {
    cluster: { name, account, partition, region },
    mode: read(mode),
    entries,
    awsAuth,
    principal,
    instances,
    rbac,
  };
}

/** Asks the API server what it says to a question about somebody whom the cluster knows. */
export async function review(
  kube: Kube,
  world: PrincipalWorld,
  question: PrincipalQuestion,
  mapped: MappedUser,
): Promise<Known<ReviewFacts>> {
  const caller = callerOf(question, world);
  if (typeof caller === "string") return unread(caller);
  const { uid, extra } = userInfo(caller.identity, mapped);
  const { username, groups } = kubeUserOf(mapped);
  return attempt("a review by the API server", async () => {
    const answer = await kube.connection.send<{ status?: { allowed?: boolean; reason?: string } }>({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user: username, groups, uid, extra, ...attributesOf(question.wanted) },
      },
      what: "review access",
    });
    const { allowed = false, reason } = answer.status ?? {};
    return { allowed, ...(reason === undefined ? {} : { reason }) };
  });
}

interface ResourceList {
  resources?: { name: string; singularName?: string; namespaced: boolean; shortNames?: string[] }[];
}

/** Kinds that a cluster serves, for names that people type; none when it doesn't tell. */
export async function readKinds(kube: Kube): Promise<KindFacts[]> {
  const found = await attempt("kinds", async () => {
    const { groups = [] } = await kube.connection.send<{
      groups?: { name: string; preferredVersion: { groupVersion: string } }[];
    }>({ method: "GET", path: "/apis", what: "list groups" });
    const listOf = async (group: string, path: string): Promise<KindFacts[]> => {
      const list = await kube.connection.send<ResourceList>({ method: "GET", path, what: `list ${group}` });
      return (list.resources ?? [])
        .filter(({ name }) => !name.includes("/"))
        .map(({ name, singularName = "", namespaced, shortNames = [] }) => {
          return { group, resource: name, singular: singularName, short: shortNames, namespaced };
        });
    };
    const lists = groups.map(async ({ name, preferredVersion }) =>
      listOf(name, `/apis/${preferredVersion.groupVersion}`),
    );
    return (await Promise.all([listOf("", "/api/v1"), ...lists])).flat();
  });
  return isRead(found) ? found.value : [];
}

// Questions answered from files alone. What files don't say is unknown, or an assumption that the answer names.
import type { Cluster } from "../../config/index.ts";
import { LotseError } from "../../base/index.ts";
import type { AuthenticationMode } from "../../identity/index.ts";
import { accessPolicyContent } from "../../identity/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import type { Known } from "../explanation.ts";
import { read, unread, valueOf } from "../explanation.ts";
import type { AccessOverview } from "../graph/model.ts";
import { entrantsOf, unreadOf } from "../graph/people.ts";
import { podRolesOf } from "../graph/pods.ts";
import type { ResourceFacts, RoleFacts } from "../iam/world.ts";
import { accountOf, roleName } from "../iam/world.ts";
import { admitted } from "../pod/admission.ts";
import type { PodExplanation } from "../pod/explain-pod.ts";
import { explainPod } from "../pod/explain-pod.ts";
import type { ClusterFacts, PodQuestion } from "../pod/world.ts";
import type { PrincipalExplanation } from "../principal/explain-principal.ts";
import { explainPrincipal } from "../principal/explain-principal.ts";
import { readWanted } from "../principal/kinds.ts";
import type { Rbac, RbacRole } from "../principal/rbac.ts";
import type { PrincipalFacts } from "../principal/world.ts";
import type { AskedPrincipal } from "../read/ask.ts";
import type { DaemonSetObject } from "../read/daemons.ts";
import { withGivenPolicy } from "../iam/given-policy.ts";
import { proxyAmong } from "../read/daemons.ts";
import { withoutReading } from "../read/target.ts";
import { readAccount } from "./account.ts";
import { accountsOf, associationsOf, awsAuthOf, entriesOf, rbacOf, workloadsOf } from "./objects.ts";

/** What there is in files. */
export interface Files {
  objects: readonly KubeObject[];
  /** The eksctl file. */
  cluster?: Cluster;
  /** What `aws iam get-account-authorization-details` printed. */
  iam?: { file: string; text: string };
  /** `https://…` of the cluster's tokens. */
  issuer?: string;
  /** Epoch milliseconds. */
  now: number;
}

type Roles = ReadonlyMap<string, Known<RoleFacts | undefined>>;

interface Place {
  cluster: ClusterFacts;
  roles: Roles;
  assumed: string[];
}

const eksIssuer = /oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/id\/[0-9A-F]+/g;

function issuerOf(files: Files, roles: Roles): { issuer: Known<string | undefined>; assumed: string[] } {
  if (files.issuer !== undefined) return { issuer: read(files.issuer), assumed: [] };
  const found = new Set([...roles.values()].flatMap((known) => valueOf(known)?.trust.match(eksIssuer) ?? []));
  const [only] = found;
  if (found.size !== 1 || only === undefined) {
    const why = found.size === 0 ? "no role of the file trusts one" : "roles of the file trust several; give --issuer";
    return { issuer: unread(why), assumed: [] };
  }
  return {
    issuer: read(`https://${only}`),
    assumed: [`The cluster's issuer is https://${only}, which the roles trust`],
  };
}

function placeOf(files: Files): Place {
  const roles: Roles = files.iam ? readAccount(files.iam.file, files.iam.text) : new Map();
  const { name = "cluster", region = "us-east-1" } = files.cluster?.config.metadata ?? {};
  const [arn = ""] = roles.keys();
  const account = accountOf(arn) || "000000000000";
  const partition = arn.split(":")[1] || "aws";
  const { issuer, assumed } = issuerOf(files, roles);
  const cluster = {
    name,
    arn: `arn:${partition}:eks:${region}:${account}:cluster/${name}`,
    region,
    account,
    partition,
    issuer,
  };
  return { cluster, roles, assumed };
}

const providersOf = ({ cluster }: Place) => {
  const issuer = valueOf(cluster.issuer)?.replace(/^https:\/\//, "");
  const arn = `arn:${cluster.partition}:iam::${cluster.account}:oidc-provider/${issuer}`;
  return issuer === undefined ? [] : [{ arn, url: issuer, audiences: ["sts.amazonaws.com"] }];
};

function targetOf(place: Place, question: PodQuestion): ResourceFacts {
  const base = withoutReading({ ...question, account: place.cluster.account });
  return withGivenPolicy(base, question.resourcePolicy);
}

/** Every role that files don't have is unread, not missing: the file may be of another day. */
function rolesFor(files: Files, place: Place, arns: readonly string[]): Roles {
  const why = files.iam ? `${files.iam.file} doesn't have it` : "no file says; give --iam";
  return new Map([...arns.map((arn) => [arn, unread<RoleFacts | undefined>(why)] as const), ...place.roles]);
}

/** Why a pod may do something, from files. @throws LotseError `explain/no-pod`, `explain/bad-account`, `explain/bad-policy` */
export function podFromFiles(
  files: Files,
  asked: { namespace: string; name: string },
  question: PodQuestion,
): PodExplanation {
  const place = placeOf(files);
  const workload = workloadsOf(files.objects).find(
    ({ pod: { metadata } }) => metadata.name === asked.name && metadata.namespace === asked.namespace,
  );
  if (!workload) {
    throw new LotseError("explain/no-pod", {
      title: `The manifests have no pod ${asked.namespace}/${asked.name}, and nothing of that name that makes pods`,
      remedy: "Name a Pod, Deployment, StatefulSet, DaemonSet, Job or CronJob of them as NAMESPACE/NAME.",
    });
  }
  const name = workload.pod.spec.serviceAccountName ?? "default";
  const account = accountsOf(files.objects, files.cluster).find(
    (each) => each.namespace === asked.namespace && each.name === name,
  );
  const serviceAccount = read(account && { annotations: account.annotations });
  const associated = associationsOf(files.cluster).find(
    (each) => each.namespace === asked.namespace && each.serviceAccount === name,
  );
  const association = read(associated);
  const pod = admitted(workload.pod, serviceAccount, association) ?? workload.pod;
  const roleArns = [account?.annotations["eks.amazonaws.com/role-arn"], associated?.roleArn, associated?.targetRoleArn];
  const spaces = files.objects.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === asked.namespace);
  const answer = explainPod(
    {
      cluster: place.cluster,
      pod,
      sources: sourcesOf(files.objects, asked.namespace),
      namespaceAnnotations: spaces ? read(spaces.metadata.annotations ?? {}) : unread("no manifest has the namespace"),
      serviceAccount,
      association,
      agent: unread("files don't say"),
      node: unread("files say nothing of nodes"),
      proxy: read(proxyAmong(files.objects.filter(({ kind }) => kind === "DaemonSet") as DaemonSetObject[])),
      roles: rolesFor(
        files,
        place,
        roleArns.filter((arn) => arn !== undefined),
      ),
      providers: read(providersOf(place)),
      target: targetOf(place, question),
    },
    question,
  );
  if (answer.verdict === "unknown") return answer;
  const used = answer.steps.some(({ code }) => code === "explain/provider");
  const provider = used ? [...place.assumed, "IAM has a provider for it that takes sts.amazonaws.com"] : [];
  return { ...answer, assumptions: [...answer.assumptions, ...provider] };
}

function sourcesOf(objects: readonly KubeObject[], namespace: string) {
  const own = objects.filter(({ metadata }) => (metadata.namespace ?? "default") === namespace);
  const dataOf = (object: KubeObject, key: "data" | "stringData"): Readonly<Record<string, string>> =>
    (object as { data?: Record<string, string>; stringData?: Record<string, string> })[key] ?? {};
  const named = (kind: string): KubeObject[] => own.filter((object) => object.kind === kind);
  return {
    configMaps: new Map(
      named("ConfigMap").map((object) => [object.metadata.name, read(dataOf(object, "data"))] as const),
    ),
    secretKeys: new Map(
      named("Secret").map((object) => {
        const keys = [...Object.keys(dataOf(object, "data")), ...Object.keys(dataOf(object, "stringData"))];
        return [object.metadata.name, read(keys)] as const;
      }),
    ),
  };
}

const modeOf = ({ cluster }: Files): AuthenticationMode =>
  (cluster?.config.accessConfig?.authenticationMode as AuthenticationMode | undefined) ?? "API_AND_CONFIG_MAP";

/** Why somebody may do something in a cluster, from files. @throws LotseError `explain/bad-resource`, `explain/bad-account` */
export function principalFromFiles(files: Files, asked: AskedPrincipal): PrincipalExplanation {
  const { cluster, roles } = placeOf(files);
  const { arn, sessionName } = asked;
  const wanted = readWanted(asked.verb, asked.resource, asked);
  const named = [...roles.keys()].find(
    (each) => roleName(each) === roleName(arn.replace(/\/[^/]*$/, "")) || each === arn,
  );
  const facts = named === undefined ? undefined : valueOf(roles.get(named) ?? unread<RoleFacts | undefined>(""));
  const principal: Known<PrincipalFacts | undefined> = facts
    ? read({ arn: facts.arn, ...(facts.id === undefined ? {} : { id: facts.id }) })
    : unread("no file has it");
  const answer = explainPrincipal(
    {
      cluster,
      mode: read(modeOf(files)),
      entries: read(entriesOf(files.cluster)),
      awsAuth: read(awsAuthOf(files.objects, files.cluster)),
      principal,
      instances: new Map(),
      rbac: read(withBuiltins(rbacOf(files.objects))),
      partial: true,
    },
    { arn, wanted, ...(sessionName === undefined ? {} : { sessionName }) },
  );
  const more = files.cluster ? [] : ["The authentication mode is API_AND_CONFIG_MAP, and there are no access entries"];
  return { ...answer, assumptions: [...answer.assumptions, ...more, "The cluster has nothing but what the files say"] };
}

/** ClusterRoles that every cluster has and no manifest holds; three of them as the access policies of EKS have them. */
function withBuiltins(rbac: Rbac): Rbac {
  const everything = [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
    { verbs: ["*"], nonResourceURLs: ["*"] },
  ];
  const builtins: readonly RbacRole[] = [
    { metadata: { name: "cluster-admin" }, rules: everything },
    { metadata: { name: "view" }, rules: accessPolicyContent("AmazonEKSViewPolicy").rules },
    { metadata: { name: "edit" }, rules: accessPolicyContent("AmazonEKSEditPolicy").rules },
    { metadata: { name: "admin" }, rules: accessPolicyContent("AmazonEKSAdminPolicy").rules },
  ];
  const written = new Set(rbac.clusterRoles.map(({ metadata }) => metadata.name));
  return {
    ...rbac,
    clusterRoles: [...rbac.clusterRoles, ...builtins.filter(({ metadata }) => !written.has(metadata.name))],
  };
}

/** The two lists, from files. */
export function overviewFromFiles(files: Files): AccessOverview {
  const place = placeOf(files);
  const people = {
    mode: read(modeOf(files)),
    entries: read(entriesOf(files.cluster)),
    awsAuth: read(awsAuthOf(files.objects, files.cluster)),
    rbac: read(withBuiltins(rbacOf(files.objects))),
  };
  const accounts = accountsOf(files.objects, files.cluster);
  const associations = associationsOf(files.cluster);
  const arns = [
    ...accounts.flatMap(({ annotations }) => annotations["eks.amazonaws.com/role-arn"] ?? []),
    ...associations.flatMap(({ roleArn, targetRoleArn }) => [roleArn, targetRoleArn ?? []].flat()),
  ];
  return {
    cluster: place.cluster.name,
    mode: modeOf(files),
    people: entrantsOf(people),
    pods: podRolesOf({
      cluster: place.cluster,
      accounts,
      workloads: workloadsOf(files.objects),
      associations,
      roles: rolesFor(files, place, arns),
      providers: read(providersOf(place)),
      nodes: new Map(),
      proxy: read(undefined),
      now: files.now,
    }),
    notes: [...unreadOf(people), ...place.assumed, "from files: what is in the cluster besides isn't known"],
  };
}

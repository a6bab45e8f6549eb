// The library: one function per verb. Rooms are loaded when a verb needs them, so that importing this costs nothing.
import type {
  AccessMigration,
  Confirm,
  EntryOutcome,
  EntryRemoval,
  KubeconfigOptions,
  ListedEntry,
  MappingList,
  MappingOutcome,
  MappingRemoval,
  MappingRequest,
  NewEntry,
  SigningOptions,
  WhoAmI,
} from "./access/index.ts";
import type { Aws, AwsCredentials, OpenOptions } from "./aws/index.ts";
import type { Host } from "./base/index.ts";
import type {
  BrowserLogin,
  IdToken,
  LoginClient,
  ManifestOptions,
  PkiOptions,
  RoleRunOptions,
  RoleSummary,
  RunningRoles,
  TokenKind,
  WebhookConfigOptions,
  WrittenCertificate,
} from "./controllers/index.ts";
import type { Cluster, FieldExplanation, InitOptions, JsonSchema, LoadOptions, LoadResult } from "./config/index.ts";
import type { RunOptions, RunResult } from "./engine/index.ts";
import type {
  AccessOverview,
  AskedPrincipal,
  Files,
  PodExplanation,
  PodQuestion,
  PrincipalExplanation,
} from "./explain/index.ts";
import type {
  AddonSummary,
  ClusterStatus,
  ClusterSummary,
  DestroyOptions,
  DrainPlanOptions,
  ExportedStack,
  FargateProfileSummary,
  NodeGroupSummary,
  Plan,
  PlanOptions,
  ServiceAccountSummary,
  UnreadableKey,
  UpgradeOptions,
} from "./plan/index.ts";
import type { AssociatedPolicy, AuthenticationMode, AwsAuthData } from "./identity/index.ts";
import type { Choice, KubeconfigEntry, KubeconfigPlaces, MergeResult } from "./kube/index.ts";
import type { DesiredObjects, DesiredStacks, Known } from "./stacks/index.ts";

export type {
  AccessMigration,
  AssumedRole,
  Change,
  ClusterView,
  Confirm,
  EffectivePolicy,
  EntryOutcome,
  EntryRemoval,
  KubeconfigOptions,
  ListedEntry,
  ListedIdentityProvider,
  LivingCluster,
  MappingList,
  MappingOutcome,
  MappingRemoval,
  MappingRequest,
  NewEntry,
  NewIdentityProvider,
  ProviderWait,
  SigningOptions,
  TokenProgram,
  WhoAmI,
} from "./access/index.ts";
export type { Aws, AwsCredentials, CallerIdentity, CallRecord, OpenOptions } from "./aws/index.ts";
export type { Diagnostic, Host, Message, Question, Severity, SourceLocation } from "./base/index.ts";
export { isLotseError, LotseError, recordingHost, version } from "./base/index.ts";
export type {
  BrowserLogin,
  IdToken,
  LoginClient,
  ManifestOptions,
  PkiOptions,
  RoleFlag,
  RoleRunOptions,
  RoleSummary,
  RunningRoles,
  TokenKind,
  WebhookConfigOptions,
  WrittenCertificate,
} from "./controllers/index.ts";
export type {
  Cluster,
  ClusterConfig,
  FieldExplanation,
  InitOptions,
  JsonSchema,
  LoadOptions,
  LoadResult,
} from "./config/index.ts";
export type { DrainOptions, RunOptions, RunResult, StepFailure } from "./engine/index.ts";
export type {
  AccessOverview,
  AskedPrincipal,
  Change as ExplainedChange,
  Entrant,
  Explanation,
  Files,
  Outcome as StepOutcome,
  PodExplanation,
  PodQuestion,
  PodRole,
  PrincipalExplanation,
  Remedy,
  Step as ExplainedStep,
  Verdict,
} from "./explain/index.ts";
export type {
  AddonSummary,
  ClusterStatus,
  ClusterSummary,
  DestroyOptions,
  DrainPlanOptions,
  ExportedStack,
  FargateProfileSummary,
  KubernetesMode,
  NodeGroupSummary,
  Note,
  Plan,
  PlanOptions,
  Problem,
  PlanSummary,
  ServiceAccountSummary,
  Step,
  StepAction,
  StepEffect,
  StepKind,
  UnreadableKey,
  UpgradeOptions,
  Why,
} from "./plan/index.ts";
export type {
  AssociatedPolicy,
  AuthenticationMode,
  AwsAuthData,
  GivenPodRoleSettings,
  IdentityRow,
  MigrationPlan,
  MigrationStep,
  MigrationTarget,
  PodRolePlan,
  PodRoleStep,
} from "./identity/index.ts";
export type { Choice, KubeconfigEntry, KubeconfigPlaces, MergeResult } from "./kube/index.ts";
export type { PolicyScope, WorkloadPolicy } from "./iam/index.ts";
export type {
  AssociationChoice,
  PodIdentityAssociationSummary,
  ServiceAccountsOptions,
  TrustRequest,
} from "./lotse-pods.ts";
export {
  identityProviders,
  planOidcProvider,
  planPodRoles,
  planServiceAccounts,
  podIdentityAssociations,
  trustPolicies,
  workloadPolicies,
} from "./lotse-pods.ts";
export * from "./lotse-capacity.ts";
export * from "./lotse-doctor.ts";
export * from "./lotse-upgrades.ts";
export type { DesiredObjects, DesiredStack, DesiredStacks, Known, Tag, Template } from "./stacks/index.ts";

/** Reads a cluster file's text: a typed, defaulted cluster, or every mistake at once with line and column. */
export async function loadCluster(text: string | Uint8Array, options: LoadOptions = {}): Promise<LoadResult> {
  return (await import("./config/index.ts")).loadCluster(text, options);
}

/** A cluster as YAML with every default in its place; loading it gives the same cluster. */
export async function showConfig(cluster: Cluster): Promise<string> {
  return (await import("./config/index.ts")).showConfig(cluster);
}

/** JSON schema (draft 2020-12) of cluster files. */
export async function configSchema(): Promise<JsonSchema> {
  return (await import("./config/index.ts")).jsonSchema();
}

/**
 * Documentation of one field of the cluster file, by path; the empty path is the whole file.
 *
 * @throws LotseError `config/unknown-path`
 */
export async function explainField(path: string): Promise<FieldExplanation> {
  return (await import("./config/index.ts")).explainField(path);
}

/** A commented first file of a new cluster. */
export async function renderInitFile(options: InitOptions): Promise<string> {
  return (await import("./config/index.ts")).renderInitFile(options);
}

/** Opens the door to an account. No call is made before the first verb needs one. */
export async function connect(options: OpenOptions): Promise<Aws> {
  return (await import("./aws/index.ts")).openAws(options);
}

/** Keys to sign a bearer token with: of the SDK's chain, or of a role that is assumed. @throws LotseError `aws/…`, `access/…` */
export async function signingCredentials(options: SigningOptions): Promise<AwsCredentials> {
  return (await import("./access/index.ts")).signingCredentials(options);
}

/**
 * The CloudFormation stacks of a file, offline; late-bound values are shown as `<account>`, `<ami>`, `<VPC>` … unless `known`
 * says them.
 */
export async function stacks(cluster: Cluster, known: Known = {}): Promise<DesiredStacks> {
  return (await import("./stacks/index.ts")).desiredStacks(cluster, known);
}

/**
 * SSH public keys that node groups name by path, for {@link stacks}.
 *
 * @param unreadable is told of each path without a file
 */
export async function publicKeys(
  cluster: Cluster,
  unreadable: (key: UnreadableKey) => void,
): Promise<Record<string, string>> {
  return (await import("./plan/index.ts")).publicKeysOf(cluster, unreadable);
}

/** What a file asks for beside its stacks: EKS objects by API call, and objects inside Kubernetes. */
export async function objects(cluster: Cluster): Promise<DesiredObjects> {
  return (await import("./stacks/index.ts")).desiredObjects(cluster);
}

/** The stacks of a living cluster as they are, with everything resolved. */
export async function exportStacks(aws: Aws, name: string): Promise<ExportedStack[]> {
  return (await import("./plan/index.ts")).exportStacks(aws, name);
}

/**
 * What {@link apply} would do: ordered steps with why, effect, duration and IAM actions. Reads only.
 *
 * @throws LotseError `stacks/not-yet` or `plan/…` when the file can't be carried out on what exists
 */
export async function plan(cluster: Cluster, aws: Aws, options: PlanOptions = {}): Promise<Plan> {
  return (await import("./plan/index.ts")).planCluster(cluster, aws, options);
}

/** True when a plan has something to do; pending steps don't count. */
export function hasChanges(of: Plan): boolean {
  return of.steps.some((step) => !step.pending);
}

/** How often apply looks again after finding steps done or under way by somebody else, or by an earlier run. */
const rounds = 3;

/**
 * Carries a plan out. Steps that were under way already (an interrupted run's) are waited for; then the account is
 * compared with the file once more, and what is left is done too.
 */
export async function apply(
  first: Plan,
  aws: Aws,
  host: Host,
  options: RunOptions & PlanOptions = {},
): Promise<RunResult> {
  const { runPlan } = await import("./engine/index.ts");
  let result = await runPlan(first, aws, host, options);
  for (let round = 1; round < rounds && result.ok && result.adopted.length > 0 && first.context; round += 1) {
    const rest = await plan(first.context.cluster, aws, options);
    if (!hasChanges(rest)) break;
    const next = await runPlan(rest, aws, host, options);
    const pending = [...new Set([...result.pending, ...next.pending])];
    result = { ...next, done: [...result.done, ...next.done], pending, ms: result.ms + next.ms };
  }
  return result;
}

/** What {@link destroy} would take down; needs no file. */
export async function planDestroy(name: string, aws: Aws, options: DestroyOptions = {}): Promise<Plan> {
  return (await import("./plan/index.ts")).planRemoval(name, aws, options);
}

/** Carries out a plan of {@link planDestroy}. */
export async function destroy(of: Plan, aws: Aws, host: Host, options: RunOptions = {}): Promise<RunResult> {
  return (await import("./engine/index.ts")).runPlan(of, aws, host, options);
}

/** What draining node groups, or opening them again, would do; {@link runSteps} does it. */
export async function planDrain(cluster: string, aws: Aws, options: DrainPlanOptions = {}): Promise<Plan> {
  return (await import("./plan/index.ts")).planDrain(cluster, aws, options);
}

/** What moving a living cluster to other versions would do, in order; {@link runSteps} does it. */
export async function planUpgrade(cluster: string, aws: Aws, options: UpgradeOptions): Promise<Plan> {
  return (await import("./plan/index.ts")).planUpgrade(cluster, aws, options);
}

/** Carries out a plan that wasn't made from a file: of {@link planDrain} or {@link planUpgrade}. */
export async function runSteps(of: Plan, aws: Aws, host: Host, options: RunOptions = {}): Promise<RunResult> {
  return (await import("./engine/index.ts")).runPlan(of, aws, host, options);
}

/** Readers in eksctl's JSON shapes; `cluster` with a name gives one in full, without one the region's list. */
export const get = {
  clusters: async (aws: Aws): Promise<ClusterSummary[]> => (await import("./plan/index.ts")).getClusters(aws),
  cluster: async (aws: Aws, name: string): Promise<Record<string, unknown>[]> =>
    (await import("./plan/index.ts")).getCluster(aws, name),
  nodeGroups: async (aws: Aws, cluster: string, name?: string): Promise<NodeGroupSummary[]> =>
    (await import("./plan/index.ts")).getNodeGroups(aws, cluster, name),
  addons: async (aws: Aws, cluster: string, name?: string): Promise<AddonSummary[]> =>
    (await import("./plan/index.ts")).getAddons(aws, cluster, name),
  serviceAccounts: async (aws: Aws, cluster: string, name?: string): Promise<ServiceAccountSummary[]> =>
    (await import("./plan/index.ts")).getServiceAccounts(aws, cluster, name),
  fargateProfiles: async (aws: Aws, cluster: string, name?: string): Promise<FargateProfileSummary[]> =>
    (await import("./plan/index.ts")).getFargateProfiles(aws, cluster, name),
};

/** How a cluster is: control plane, stacks, node groups, add-ons, and what is wrong. */
export async function status(aws: Aws, name: string): Promise<ClusterStatus> {
  return (await import("./plan/index.ts")).getStatus(aws, name);
}

/** Who the caller is to AWS and, where one is named, to a cluster; by which of its rules. */
export async function whoami(aws: Aws, cluster?: string): Promise<WhoAmI> {
  return (await import("./access/index.ts")).whoAmI(aws, cluster);
}

/** Kubeconfig files: which one, what goes in, and putting it in without disturbing the rest. */
export const kubeconfig = {
  /** The entry of a cluster that is up. @throws LotseError `access/no-cluster`, `access/cluster-status` */
  entry: async (aws: Aws, cluster: string, options: KubeconfigOptions): Promise<KubeconfigEntry> => {
    const { describeCluster, kubeconfigEntry } = await import("./access/index.ts");
    return kubeconfigEntry(await describeCluster(aws, cluster), options);
  },
  choose: async (places: KubeconfigPlaces, clusterName: string): Promise<Choice> =>
    (await import("./kube/index.ts")).chooseKubeconfig(places, clusterName),
  preview: async (file: string, entry: KubeconfigEntry): Promise<MergeResult> =>
    (await import("./kube/index.ts")).previewKubeconfig(file, entry),
  write: async (file: string, entry: KubeconfigEntry): Promise<MergeResult["change"]> =>
    (await import("./kube/index.ts")).writeKubeconfig(file, entry),
};

/** Items of the aws-auth ConfigMap, by eksctl's rules; every write is shown to `confirm` first. */
export const identityMappings = {
  list: async (aws: Aws, cluster: string, arn?: string): Promise<MappingList> =>
    (await import("./access/index.ts")).listMappings(aws, cluster, arn),
  create: async (
    aws: Aws,
    cluster: string,
    requests: readonly MappingRequest[],
    confirm: Confirm,
  ): Promise<MappingOutcome> => (await import("./access/index.ts")).createMappings(aws, cluster, requests, confirm),
  delete: async (
    aws: Aws,
    cluster: string,
    removal: MappingRemoval,
    confirm: Confirm,
    force = false,
  ): Promise<MappingOutcome> =>
    (await import("./access/index.ts")).deleteMapping(aws, cluster, removal, confirm, force),
};

/** Why somebody may or may not do something; from a living cluster, or from files as far as they say. */
export const explain = {
  /** A pod on AWS. @throws LotseError `explain/no-pod`, `access/…`, `aws/…`, `kube/…` */
  pod: async (
    aws: Aws,
    cluster: string,
    pod: { namespace: string; name: string },
    question: PodQuestion,
  ): Promise<PodExplanation> => (await import("./explain/index.ts")).askPod(aws, cluster, pod, question),
  podFromFiles: async (
    files: Files,
    pod: { namespace: string; name: string },
    question: PodQuestion,
  ): Promise<PodExplanation> => (await import("./explain/index.ts")).podFromFiles(files, pod, question),
  /** Somebody of IAM in a cluster. @throws LotseError `explain/bad-resource`, `access/…`, `aws/…` */
  principal: async (aws: Aws, cluster: string, asked: AskedPrincipal): Promise<PrincipalExplanation> =>
    (await import("./explain/index.ts")).askPrincipal(aws, cluster, asked),
  principalFromFiles: async (files: Files, asked: AskedPrincipal): Promise<PrincipalExplanation> =>
    (await import("./explain/index.ts")).principalFromFiles(files, asked),
};

/** How {@link accessOverview.draw} draws. */
export type PictureFormat = "svg" | "html" | "dot";

/** Who can enter a cluster and as whom, and which pods can become which roles. */
export const accessOverview = {
  read: async (aws: Aws, cluster: string, now: number): Promise<AccessOverview> =>
    (await import("./explain/index.ts")).readOverview(aws, cluster, now),
  fromFiles: async (files: Files): Promise<AccessOverview> =>
    (await import("./explain/index.ts")).overviewFromFiles(files),
  draw: async (overview: AccessOverview, format: PictureFormat): Promise<string> => {
    const { dotOf, graphsOf, htmlOf, svgOf } = await import("./explain/index.ts");
    const graphs = graphsOf(overview);
    if (format === "html") return htmlOf(graphs, overview.cluster);
    return format === "svg" ? svgOf(graphs) : dotOf(graphs);
  },
};

/** Access entries of a cluster. */
export const accessEntries = {
  list: async (aws: Aws, cluster: string, principalArn?: string): Promise<ListedEntry[]> => {
    const { readEntries, readEntry } = await import("./access/index.ts");
    if (principalArn === undefined) return readEntries(aws, cluster);
    const entry = await readEntry(aws, cluster, principalArn);
    return entry ? [entry] : [];
  },
  /** A policy from text: `AmazonEKSViewPolicy`, `AmazonEKSEditPolicy=namespace:shop,shop-*`. @throws LotseError `access/bad-entry` */
  policy: async (text: string, partition: string): Promise<AssociatedPolicy> =>
    (await import("./access/index.ts")).accessPolicyOf(text, partition),
  create: async (
    aws: Aws,
    cluster: string,
    entries: readonly NewEntry[],
    confirm: (text: string) => Promise<boolean>,
  ): Promise<EntryOutcome[]> => (await import("./access/index.ts")).createEntries(aws, cluster, entries, confirm),
  /** Entries that a file made stand in stacks of their own, which go with them. False when it was declined. */
  delete: async (
    aws: Aws,
    cluster: string,
    removal: EntryRemoval,
    confirm: (text: string) => Promise<boolean>,
  ): Promise<boolean> => {
    const [{ deleteEntry }, { stackNames }] = await Promise.all([
      import("./access/index.ts"),
      import("./stacks/index.ts"),
    ]);
    const stackName = stackNames.accessEntry(cluster, removal.principalArn);
    return deleteEntry(aws, cluster, { stackName, ...removal }, confirm);
  },
};

/** From aws-auth to access entries: a plan, and carrying it out. */
export const accessMigration = {
  plan: async (aws: Aws, cluster: string, target: AuthenticationMode): Promise<AccessMigration> =>
    (await import("./access/index.ts")).planAccessMigration(aws, cluster, target),
  apply: async (
    migration: AccessMigration,
    aws: Aws,
    host: Host,
    keep: (awsAuth: AwsAuthData) => Promise<void>,
  ): Promise<void> => (await import("./access/index.ts")).carryOutMigration(migration, aws, host, keep),
};

/** The programs that run in a cluster or beside it; without names all of them. */
export const controllers = {
  roles: async (): Promise<RoleSummary[]> => (await import("./controllers/index.ts")).listRoles(),
  run: async (names: readonly string[], options: RoleRunOptions): Promise<RunningRoles> =>
    (await import("./controllers/index.ts")).startRoles(names, options),
  print: async (name: string, what: string, options: Pick<RoleRunOptions, "words" | "env">): Promise<string> =>
    (await import("./controllers/index.ts")).printRole(name, what, options),
  yaml: async (names: readonly string[], options: Partial<ManifestOptions> = {}): Promise<string> =>
    (await import("./controllers/index.ts")).rolesAsYaml(names, options),
  chart: async (names: readonly string[], options: Partial<ManifestOptions> = {}): Promise<Map<string, string>> =>
    (await import("./controllers/index.ts")).rolesAsChart(names, options),
  iamPolicies: async (names: readonly string[]): Promise<Record<string, object>> =>
    (await import("./controllers/index.ts")).rolePolicies(names),
};

/** What belongs to the role `login`: certificates, the API server's configuration, and tokens to show. */
export const logins = {
  /** Makes the authority of webhooks and client certificates. @throws LotseError `controllers/login-file` */
  initAuthority: async (options: PkiOptions): Promise<WrittenCertificate> =>
    (await import("./controllers/index.ts")).initAuthority(options),
  initServer: async (options: PkiOptions, names: readonly string[]): Promise<WrittenCertificate> =>
    (await import("./controllers/index.ts")).initServer(options, names),
  initClient: async (options: PkiOptions, client: LoginClient): Promise<WrittenCertificate> =>
    (await import("./controllers/index.ts")).initClient(options, client),
  /** The kubeconfig for `--authentication-token-webhook-config-file`. */
  webhookConfig: async (options: WebhookConfigOptions): Promise<object> =>
    (await import("./controllers/index.ts")).loginWebhookConfig(options),
  /** How tokens are got, by provider. */
  tokenKinds: async (): Promise<Readonly<Record<string, TokenKind>>> =>
    (await import("./controllers/index.ts")).tokenKinds,
  /** What the LDAP provider reads name and password from. */
  passwordToken: async (user: string, password: string): Promise<string> =>
    (await import("./controllers/index.ts")).passwordToken(user, password),
  /** Logs in at an OpenID Connect provider. @throws LotseError `controllers/login-refused` */
  browser: async (login: BrowserLogin): Promise<IdToken> =>
    (await import("./controllers/index.ts")).browserLogin(login),
};

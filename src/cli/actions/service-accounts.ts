// `lotse create|update|delete iamserviceaccount` and `podidentityassociation`: the part of a plan that is about pods' roles, from a
// file or from flags.
import { LotseError } from "../../base/index.ts";
import type { Cluster, ServiceAccountsOptions } from "../../lotse.ts";
import { loadCluster, planServiceAccounts } from "../../lotse.ts";
import { readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { withAws } from "../connection.ts";
import { printHeader } from "../header.ts";
import { showAndRun } from "../plan-and-run.ts";
import { typedPolicy } from "../policy-scope.ts";

const text = ({ options }: Invocation, name: string): string | undefined =>
  typeof options[name] === "string" ? (options[name] as string) : undefined;
const list = ({ options }: Invocation, name: string): string[] =>
  ((options[name] as string[] | undefined) ?? []).flatMap((each) => each.split(",").filter(Boolean));

function usage(title: string, remedy: string): LotseError {
  return new LotseError("cli/usage", { title, remedy, blame: "user" });
}

function tagsOf(invocation: Invocation): Record<string, string> {
  return Object.fromEntries(
    list(invocation, "tags").map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw usage(`"${pair}" is no tag`, "Write --tags key=value,key=value.");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** The service account that flags describe, as a file would. */
async function specOf(invocation: Invocation): Promise<object> {
  const arns = list(invocation, "attachPolicyArn");
  const [role, roleName] = [text(invocation, "attachRoleArn"), text(invocation, "roleName")];
  const [boundary, workload] = [text(invocation, "permissionsBoundary"), text(invocation, "policyFor")];
  const subjectPattern = text(invocation, "subjectPattern");
  const tags = tagsOf(invocation);
  if (arns.length === 0 && role === undefined && workload === undefined)
    throw usage(
      "What the role may do is not said",
      "Give --attach-policy-arn, --policy-for a workload, or --attach-role-arn for a role that exists.",
    );
  return {
    metadata: { name: text(invocation, "name"), namespace: text(invocation, "namespace") },
    ...(arns.length === 0 ? {} : { attachPolicyARNs: arns }),
    ...(workload === undefined ? {} : { attachPolicy: (await typedPolicy(invocation, workload)).document }),
    ...(role === undefined ? {} : { attachRoleARN: role }),
    ...(roleName === undefined ? {} : { roleName }),
    ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
    ...(subjectPattern === undefined ? {} : { subjectPattern }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

/** `--well-known-policies autoScaler,externalDNS`, as a file would say it; which names there are is the file's matter. */
function wellKnownOf(invocation: Invocation): Record<string, true> | undefined {
  const names = list(invocation, "wellKnownPolicies");
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, true as const]));
}

/** The association that flags describe, as a file would. */
async function associationOf(invocation: Invocation): Promise<object> {
  const arns = list(invocation, "permissionPolicyArns");
  const [roleARN, roleName] = [text(invocation, "roleArn"), text(invocation, "roleName")];
  const boundary = text(invocation, "permissionsBoundaryArn") ?? text(invocation, "permissionBoundaryArn");
  const [workload, policy] = [text(invocation, "policyFor"), text(invocation, "policy")];
  const known = wellKnownOf(invocation);
  const sessionTags = invocation.options["disableSessionTags"];
  const targetRoleARN = text(invocation, "targetRoleArn");
  const tags = tagsOf(invocation);
  if (arns.length === 0 && roleARN === undefined && workload === undefined && !known)
    throw usage(
      "What the role may do is not said",
      "Give --permission-policy-arns, --well-known-policies, --policy-for a workload, or --role-arn for a role that exists.",
    );
  return {
    namespace: text(invocation, "namespace"),
    serviceAccountName: text(invocation, "serviceAccountName"),
    ...(arns.length === 0 ? {} : { permissionPolicyARNs: arns }),
    ...(workload === undefined ? {} : { permissionPolicy: (await typedPolicy(invocation, workload)).document }),
    ...(roleARN === undefined ? {} : { roleARN }),
    ...(roleName === undefined ? {} : { roleName }),
    ...(boundary === undefined ? {} : { permissionsBoundaryARN: boundary }),
    ...(targetRoleARN === undefined ? {} : { targetRoleARN }),
    ...(known ? { wellKnownPolicies: known } : {}),
    ...(typeof sessionTags === "boolean" ? { disableSessionTags: sessionTags } : {}),
    ...(policy === undefined ? {} : { policy }),
    ...(invocation.options["createServiceAccount"] === true ? { createServiceAccount: true } : {}),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

type By = NonNullable<ServiceAccountsOptions["by"]>;

/** How the two ways differ on the command line. */
const ways: Readonly<
  Record<By, { noun: string; nameOption: string; flag: string; specOf(invocation: Invocation): Promise<object> }>
> = {
  token: { noun: "iamserviceaccount", nameOption: "name", flag: "--name", specOf },
  association: {
    noun: "podidentityassociation",
    nameOption: "serviceAccountName",
    flag: "--service-account-name",
    specOf: associationOf,
  },
};

/** A file with nothing in it but these. */
async function fileWith(by: By, name: string, region: string, items: readonly object[]): Promise<Cluster> {
  const config = {
    apiVersion: "eksctl.io/v1alpha5",
    kind: "ClusterConfig",
    metadata: { name, region },
    ...(by === "token"
      ? { iam: { withOIDC: true, serviceAccounts: items } }
      : { iam: { podIdentityAssociations: items }, addons: [{ name: "eks-pod-identity-agent" }] }),
  };
  const { cluster, diagnostics } = await loadCluster(JSON.stringify(config), { file: "(flags)" });
  // A key that a file may have is a typo here: of --well-known-policies.
  const first =
    diagnostics.find(({ code }) => code === "config/unknown-key") ??
    diagnostics.find(({ severity }) => severity === "error");
  if (cluster && !first) return cluster;
  throw new LotseError(first?.code ?? "cli/usage", first ?? { title: "The flags make no service account" });
}

const matches = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) =>
    new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\?]/g, String.raw`\$&`).replaceAll("*", ".*")}$`).test(name),
  );

/** Names of a file's service accounts that `--include` and `--exclude` leave. */
function chosen(invocation: Invocation, { config }: Cluster, by: By): string[] {
  const [include, exclude] = [list(invocation, "include"), list(invocation, "exclude")];
  const { serviceAccounts = [], podIdentityAssociations = [] } = config.iam ?? {};
  const names =
    by === "token"
      ? serviceAccounts.map(({ metadata }) => `${metadata?.namespace || "default"}/${metadata?.name ?? ""}`)
      : podIdentityAssociations.map(
          ({ namespace = "", serviceAccountName = "" }) => `${namespace}/${serviceAccountName}`,
        );
  return names.filter((name) => (include.length === 0 || matches(include, name)) && !matches(exclude, name));
}

interface Wanted {
  cluster: string;
  region: string | undefined;
  names: readonly string[];
  /** The file whose plan it is a part of. */
  file(region: string): Promise<Cluster>;
}

async function wanted(invocation: Invocation, by: By, remove: boolean): Promise<Wanted> {
  const { nameOption, flag, specOf: read } = ways[by];
  const name = text(invocation, nameOption);
  if (name === undefined && text(invocation, "file") !== undefined) {
    const cluster = await readClusterFile(invocation);
    const { metadata } = cluster.config;
    const names = chosen(invocation, cluster, by);
    const file = async (region: string): Promise<Cluster> =>
      remove ? fileWith(by, metadata.name, region, []) : cluster;
    return { cluster: metadata.name, region: metadata.region, names, file };
  }
  const given = text(invocation, "cluster");
  const fromFile =
    text(invocation, "file") === undefined ? undefined : (await readClusterFile(invocation)).config.metadata;
  const cluster = given ?? fromFile?.name;
  if (cluster === undefined || name === undefined)
    throw usage("No service account is named", `Give --cluster, --namespace and ${flag}, or -f with a file.`);
  const spec = remove ? [] : [await read(invocation)];
  return {
    cluster,
    region: fromFile?.region,
    names: [`${text(invocation, "namespace") ?? "default"}/${name}`],
    file: (region) => fileWith(by, cluster, region, spec),
  };
}

const carryOut =
  (by: By, verb: "create" | "update" | "delete"): Action =>
  async (invocation) => {
    const { options } = invocation;
    const remove = verb === "delete";
    const { cluster, region, names, file } = await wanted(invocation, by, remove);
    return withAws(invocation, region, async (aws, target) => {
      const { noun } = ways[by];
      const what = `${verb} ${noun} ${names.join(", ")}`;
      await printHeader(invocation, what, aws, target);
      const roleOnly = options["roleOnly"] === true;
      const planned = await planServiceAccounts(await file(aws.region), aws, {
        by,
        names,
        remove,
        update: verb === "update",
        roleOnly,
        override: options["overrideExistingServiceaccounts"] === true,
        ...(options["awsOnly"] === true || roleOnly ? { kubernetes: "never" } : {}),
      });
      const words = [verb, noun, "--cluster", cluster];
      return showAndRun(invocation, planned, { aws, target, what, words });
    });
  };

/** `create iamserviceaccount` */
export const create: Action = carryOut("token", "create");
/** `update iamserviceaccount` */
export const update: Action = carryOut("token", "update");
/** `delete iamserviceaccount` */
export const remove: Action = carryOut("token", "delete");
/** `create podidentityassociation` */
export const associate: Action = carryOut("association", "create");
/** `update podidentityassociation` */
export const reassociate: Action = carryOut("association", "update");
/** `delete podidentityassociation` */
export const dissociate: Action = carryOut("association", "delete");

// `lotse get …`: eksctl's tables, and its JSON under -o json.
import { LotseError } from "../../base/index.ts";
import type {
  AddonSummary,
  Aws,
  ClusterSummary,
  FargateProfileSummary,
  NodeGroupSummary,
  ServiceAccountSummary,
} from "../../lotse.ts";
import { get } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

/** One thing to list: how to read it, and eksctl's columns. */
interface Listing<Row> {
  /** For "No … found". */
  plural: string;
  read(aws: Aws, cluster: string, name: string | undefined): Promise<Row[]>;
  columns: readonly Column<Row>[];
}

const labels = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",") || "<none>";

async function print<Row>(invocation: Invocation, listing: Listing<Row>, rows: readonly Row[]): Promise<number> {
  const { stdout } = invocation.terminal;
  const format = invocation.options["output"];
  if (format === "json" || format === "yaml") stdout.write(await renderData(rows, format));
  else if (rows.length === 0) stdout.write(`No ${listing.plural} found\n`);
  else stdout.write(`${tableLines(listing.columns, rows, stdout.columns).join("\n")}\n`);
  return exitCode.done;
}

function getter<Row>(listing: Listing<Row>): Action {
  return async (invocation) => {
    const { name, region } = await clusterNameOf(invocation, "cluster");
    const only = invocation.options["name"];
    return withAws(invocation, region, async (aws) => {
      const rows = await listing.read(aws, name, typeof only === "string" ? only : undefined);
      if (typeof only === "string" && rows.length === 0) {
        throw new LotseError("cli/not-found", { title: `There is no ${only} among the ${listing.plural} of ${name}` });
      }
      return print(invocation, listing, rows);
    });
  };
}

const nodeGroups: Listing<NodeGroupSummary> = {
  plural: "nodegroups",
  read: (aws, cluster, name) => get.nodeGroups(aws, cluster, name),
  columns: [
    { title: "CLUSTER", value: (row) => row.Cluster },
    { title: "NODEGROUP", value: (row) => row.Name },
    { title: "STATUS", value: (row) => row.Status },
    { title: "CREATED", value: (row) => row.CreationTime },
    { title: "MIN SIZE", value: (row) => row.MinSize },
    { title: "MAX SIZE", value: (row) => row.MaxSize },
    { title: "DESIRED CAPACITY", value: (row) => row.DesiredCapacity },
    { title: "INSTANCE TYPE", value: (row) => row.InstanceType },
    { title: "IMAGE ID", value: (row) => row.ImageID },
    { title: "ASG NAME", value: (row) => row.AutoScalingGroupName, shrink: true },
    { title: "TYPE", value: (row) => row.Type },
  ],
};

const addons: Listing<AddonSummary> = {
  plural: "addons",
  read: (aws, cluster, name) => get.addons(aws, cluster, name),
  columns: [
    { title: "NAME", value: (row) => row.Name },
    { title: "VERSION", value: (row) => row.Version },
    { title: "STATUS", value: (row) => row.Status },
    { title: "ISSUES", value: (row) => row.Issues?.length ?? 0 },
    { title: "IAMROLE", value: (row) => row.IAMRole, shrink: true },
    { title: "UPDATE AVAILABLE", value: (row) => row.NewerVersion, shrink: true },
  ],
};

const serviceAccounts: Listing<ServiceAccountSummary> = {
  plural: "iamserviceaccounts",
  read: (aws, cluster, name) => get.serviceAccounts(aws, cluster, name),
  columns: [
    { title: "NAMESPACE", value: (row) => row.metadata.namespace },
    { title: "NAME", value: (row) => row.metadata.name },
    { title: "ROLE ARN", value: (row) => row.status.roleARN },
  ],
};

/** eksctl prints one row per selector. */
type Selector = FargateProfileSummary & { selector: FargateProfileSummary["selectors"][number] };

const selectors: Listing<Selector> = {
  plural: "fargateprofiles",
  read: async (aws, cluster, name) =>
    (await get.fargateProfiles(aws, cluster, name)).flatMap((profile) =>
      profile.selectors.map((selector) => ({ ...profile, selector })),
    ),
  columns: [
    { title: "NAME", value: (row) => row.name },
    { title: "SELECTOR_NAMESPACE", value: (row) => row.selector.namespace },
    { title: "SELECTOR_LABELS", value: (row) => labels(row.selector.labels) },
    { title: "POD_EXECUTION_ROLE_ARN", value: (row) => row.podExecutionRoleARN, shrink: true },
    { title: "SUBNETS", value: (row) => (row.subnets ?? []).join(",") || "<none>", shrink: true },
    { title: "TAGS", value: (row) => labels(row.tags), shrink: true },
    { title: "STATUS", value: (row) => row.status },
  ],
};

const fargateProfiles: Listing<FargateProfileSummary> = {
  plural: "fargateprofiles",
  read: (aws, cluster, name) => get.fargateProfiles(aws, cluster, name),
  columns: [],
};

const clusters: Listing<ClusterSummary> = {
  plural: "clusters",
  read: (aws) => get.clusters(aws),
  columns: [
    { title: "NAME", value: (row) => row.Name },
    { title: "REGION", value: (row) => row.Region },
    { title: "EKSCTL CREATED", value: (row) => row.Owned },
  ],
};

type Described = Record<string, unknown>;
const inside = (row: Described, ...path: string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Described | null | undefined)?.[key], row);
const text = (value: unknown): string =>
  (Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : "") || "-";

const oneCluster: Listing<Described> = {
  plural: "clusters",
  read: (aws, cluster) => get.cluster(aws, cluster),
  columns: [
    { title: "NAME", value: (row) => text(row["Name"]) },
    { title: "VERSION", value: (row) => text(row["Version"]) },
    { title: "STATUS", value: (row) => text(row["Status"]) },
    { title: "CREATED", value: (row) => text(row["CreatedAt"]) },
    { title: "VPC", value: (row) => text(inside(row, "ResourcesVpcConfig", "VpcId")) },
    { title: "SUBNETS", value: (row) => text(inside(row, "ResourcesVpcConfig", "SubnetIds")), shrink: true },
    {
      title: "SECURITYGROUPS",
      value: (row) => text(inside(row, "ResourcesVpcConfig", "SecurityGroupIds")),
      shrink: true,
    },
    { title: "PROVIDER", value: () => "EKS" },
  ],
};

const getClusters: Action = async (invocation) => {
  const config =
    typeof invocation.options["file"] === "string" ? (await readClusterFile(invocation)).config : undefined;
  const [positional] = invocation.arguments;
  const asked = typeof positional === "string" ? positional : invocation.options["name"];
  const name = typeof asked === "string" ? asked : config?.metadata.name;
  return withAws(invocation, config?.metadata.region, async (aws) =>
    name === undefined
      ? print(invocation, clusters, await clusters.read(aws, "", undefined))
      : print(invocation, oneCluster, await oneCluster.read(aws, name, undefined)),
  );
};

const getFargateProfiles: Action = (invocation) => {
  const format = invocation.options["output"];
  return (format === "json" || format === "yaml" ? getter(fargateProfiles) : getter(selectors))(invocation);
};

/** Actions by the resource's name in the command. */
export const getters: Readonly<
  Record<"cluster" | "nodegroup" | "addon" | "iamserviceaccount" | "fargateprofile", Action>
> = {
  cluster: getClusters,
  nodegroup: getter(nodeGroups),
  addon: getter(addons),
  iamserviceaccount: getter(serviceAccounts),
  fargateprofile: getFargateProfiles,
};

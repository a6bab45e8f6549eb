// Upgrade insights, as far as they follow from what the sandbox knows: versions of nodes and add-ons, health, images.
import type {
  Category,
  DescribeInsightRequest,
  DescribeInsightResponse,
  DescribeInsightsRefreshRequest,
  DescribeInsightsRefreshResponse,
  Insight,
  InsightStatusValue,
  InsightSummary,
  ListInsightsRequest,
  ListInsightsResponse,
  StartInsightsRefreshRequest,
  StartInsightsRefreshResponse,
} from "@aws-sdk/client-eks";
import { createHash } from "node:crypto";
import { addonVersions, minorOf } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { notFound } from "../errors.ts";
import { page, requireCluster } from "../lookup.ts";
import { allowedSkew, rollbackOpen } from "../rules/version-update.ts";
import { checkEnum } from "../rules/text.ts";
import type { ClusterRow } from "../state.ts";
import { addonTable, nodegroups } from "../state.ts";

interface Check {
  name: string;
  description: string;
  recommendation: string;
  /** ARNs of what doesn't pass when the cluster goes to `version`. */
  troubled: (ctx: Context, row: Readonly<ClusterRow>, version: string) => readonly string[];
  severity: InsightStatusValue;
}

const groupsWhere =
  (test: (kubelet: string, version: string, amiType: string) => boolean): Check["troubled"] =>
  (ctx, row, version) =>
    ctx
      .table(nodegroups)
      .by("cluster", row.name)
      .filter((group) => test(group.version, version, group.amiType ?? ""))
      .map((group) => group.nodegroupArn);

const checks: readonly Check[] = [
  {
    name: "Kubelet version skew",
    description:
      "Checks for kubelet versions of worker nodes in the cluster to see if upgrade would cause non compliance with supported Kubernetes kubelet version skew policy.",
    recommendation: "Upgrade your worker nodes to match the Kubernetes version of your cluster control plane.",
    troubled: groupsWhere((kubelet, version) => minorOf(version) - minorOf(kubelet) > allowedSkew(kubelet)),
    severity: "ERROR",
  },
  {
    name: "EKS add-on version compatibility",
    description:
      "Checks version of installed EKS add-ons to ensure they are compatible with the next version of Kubernetes.",
    recommendation: "Upgrade your EKS add-ons to a version that is compatible with the next version of Kubernetes.",
    troubled: (ctx, row, version) =>
      ctx
        .table(addonTable)
        .by("cluster", row.name)
        .filter((addon) => !addonVersions(addon.addonName, version).some((each) => each.version === addon.addonVersion))
        // kube-proxy may be three minors behind the API server.
        .filter(
          (addon) =>
            addon.addonName !== "kube-proxy" ||
            minorOf(version) - minorOf(addon.addonVersion.replace(/^v(\d+\.\d+).*/, "$1")) > 3,
        )
        .map((addon) => addon.addonArn),
    severity: "ERROR",
  },
  {
    name: "kube-proxy version skew",
    description:
      "Checks version of kube-proxy in cluster to see if upgrade would cause non compliance with supported Kubernetes kube-proxy version skew policy.",
    recommendation: "Upgrade kube-proxy to match the Kubernetes version of your cluster control plane.",
    troubled: (ctx, row, version) =>
      ctx
        .table(addonTable)
        .by("cluster", row.name)
        .filter((addon) => addon.addonName === "kube-proxy")
        .filter((addon) => minorOf(version) - minorOf(addon.addonVersion.replace(/^v(\d+\.\d+).*/, "$1")) > 3)
        .map((addon) => addon.addonArn),
    severity: "ERROR",
  },
  {
    name: "Cluster health issues",
    description:
      "Checks for any cluster health issues that prevent successful upgrade to the next Kubernetes version on EKS.",
    recommendation: "Address the cluster's health issues before you upgrade.",
    troubled: (_ctx, row) => (row.health?.issues?.length ? [row.arn] : []),
    severity: "ERROR",
  },
  {
    name: "Amazon Linux 2 compatibility",
    description:
      "Checks if nodes in your cluster run Amazon Linux 2, for which there are no images from Kubernetes 1.33 on.",
    recommendation: "Move your node groups to Amazon Linux 2023 or Bottlerocket.",
    troubled: groupsWhere((_kubelet, version, amiType) => amiType.startsWith("AL2_") && minorOf(version) >= 33),
    severity: "WARNING",
  },
];

function insightOf(
  ctx: Context,
  row: Readonly<ClusterRow>,
  check: Check,
  category: Category,
  version: string,
): Insight {
  const troubled = check.troubled(ctx, row, version);
  const status: InsightStatusValue = troubled.length > 0 ? check.severity : "PASSING";
  const digest = createHash("sha256").update(`${row.arn}/${category}/${check.name}`).digest("hex");
  const reason =
    troubled.length > 0 ? `${troubled.length} resource(s) need attention: ${troubled.join(", ")}` : "No issues found.";
  return {
    id: [
      digest.slice(0, 8),
      digest.slice(8, 12),
      digest.slice(12, 16),
      digest.slice(16, 20),
      digest.slice(20, 32),
    ].join("-"),
    name: check.name,
    category,
    kubernetesVersion: version,
    lastRefreshTime: new Date(ctx.now()),
    lastTransitionTime: new Date(row.createdAt),
    description: check.description,
    insightStatus: { status, reason },
    recommendation: check.recommendation,
    additionalInfo: {
      "EKS update cluster documentation": "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
    },
    resources: troubled.map((arn) => ({ insightStatus: { status, reason: "" }, arn })),
    categorySpecificSummary: {
      deprecationDetails: [],
      addonCompatibilityDetails: troubled
        .map((arn) => /:addon\/[^/]+\/([^/]+)\//.exec(arn)?.[1])
        .filter((name) => name !== undefined)
        .map((name) => ({ name, compatibleVersions: addonVersions(name, version).map((each) => each.version) })),
    },
  };
}

function allOf(ctx: Context, name: string): Insight[] {
  const row = requireCluster(ctx, name);
  const up = `1.${minorOf(row.version) + 1}`;
  const down = `1.${minorOf(row.version) - 1}`;
  const forward = checks.map((check) => insightOf(ctx, row, check, "UPGRADE_READINESS", up));
  if (!rollbackOpen(ctx, row, down)) return forward;
  const newer: Check = {
    name: "Kubelet version skew",
    description: "Checks that no worker node is newer than the version the control plane would go back to.",
    recommendation: "Roll your node groups back first.",
    troubled: groupsWhere((kubelet, version) => minorOf(kubelet) > minorOf(version)),
    severity: "ERROR",
  };
  return [...forward, insightOf(ctx, row, newer, "ROLLBACK_READINESS", down)];
}

function list(input: Sent<ListInsightsRequest>, ctx: Context): ListInsightsResponse {
  const { categories, kubernetesVersions, statuses } = input.filter ?? {};
  const known = ["MISCONFIGURATION", "ROLLBACK_READINESS", "UPGRADE_READINESS"];
  for (const category of categories ?? []) checkEnum(category, known, "filter.categories");
  for (const status of statuses ?? []) checkEnum(status, ["ERROR", "PASSING", "UNKNOWN", "WARNING"], "filter.statuses");
  const rows = allOf(ctx, input.clusterName)
    .filter((row) => !categories?.length || categories.includes(row.category ?? "UPGRADE_READINESS"))
    .filter((row) => !kubernetesVersions?.length || kubernetesVersions.includes(row.kubernetesVersion ?? ""))
    .filter((row) => !statuses?.length || statuses.includes(row.insightStatus?.status ?? "UNKNOWN"))
    .map((row): InsightSummary => {
      const { id, name, category, kubernetesVersion, lastRefreshTime, lastTransitionTime, description, insightStatus } =
        row;
      return { id, name, category, kubernetesVersion, lastRefreshTime, lastTransitionTime, description, insightStatus };
    });
  const { items, nextToken } = page(rows, input, "ListInsights");
  return { insights: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

export const insightOperations: Readonly<Record<string, Operation>> = {
  ListInsights: eksOperation<ListInsightsRequest, ListInsightsResponse>("ListInsights", { on: "cluster", run: list }),
  DescribeInsight: eksOperation<DescribeInsightRequest, DescribeInsightResponse>("DescribeInsight", {
    on: "cluster",
    run: ({ clusterName, id }, ctx) => {
      const insight = allOf(ctx, clusterName).find((row) => row.id === id);
      if (!insight) throw notFound(`No insight found with id: ${id}`, { clusterName });
      return { insight };
    },
  }),
  // Insights are worked out at every read, so a refresh has nothing to wait for.
  StartInsightsRefresh: eksOperation<StartInsightsRefreshRequest, StartInsightsRefreshResponse>(
    "StartInsightsRefresh",
    {
      on: "cluster",
      run: ({ clusterName }, ctx) => {
        requireCluster(ctx, clusterName);
        return { message: "Insights refresh is complete", status: "COMPLETED" };
      },
    },
  ),
  DescribeInsightsRefresh: eksOperation<DescribeInsightsRefreshRequest, DescribeInsightsRefreshResponse>(
    "DescribeInsightsRefresh",
    {
      on: "cluster",
      run: ({ clusterName }, ctx) => {
        requireCluster(ctx, clusterName);
        const at = new Date(ctx.now());
        return { message: "Insights refresh is complete", status: "COMPLETED", startedAt: at, endedAt: at };
      },
    },
  ),
};

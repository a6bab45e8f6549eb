// Kubernetes versions that EKS offers, with their support on the virtual day.
import type {
  ClusterVersionInformation,
  DescribeClusterVersionsRequest,
  DescribeClusterVersionsResponse,
} from "@aws-sdk/client-eks";
import type { EksVersion } from "../../../../../facts/index.ts";
import { defaultVersionAt, eksVersions, versionStatus } from "../../../../../facts/index.ts";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { eksOperation } from "../define.ts";
import { page } from "../lookup.ts";
import { checkEnum } from "../rules/text.ts";

/** The deprecated field `status` has the same words in another spelling. */
const oldSpelling = {
  STANDARD_SUPPORT: "standard-support",
  EXTENDED_SUPPORT: "extended-support",
  UNSUPPORTED: "unsupported",
} as const;

function informationOf(row: EksVersion, now: number): ClusterVersionInformation {
  const status = versionStatus(row.version, now);
  const versionStatusValue = status === "UNKNOWN" ? "STANDARD_SUPPORT" : status;
  return {
    clusterVersion: row.version,
    clusterType: "eks",
    defaultPlatformVersion: row.platform,
    defaultVersion: row.version === defaultVersionAt(now),
    releaseDate: new Date(row.released),
    endOfStandardSupportDate: new Date(row.endOfStandardSupport),
    endOfExtendedSupportDate: new Date(row.endOfExtendedSupport),
    status: oldSpelling[versionStatusValue],
    versionStatus: versionStatusValue,
    kubernetesPatchVersion: row.patch,
  };
}

function describe(input: Sent<DescribeClusterVersionsRequest>, ctx: Context): DescribeClusterVersionsResponse {
  const now = ctx.now();
  checkEnum(input.versionStatus, Object.keys(oldSpelling), "versionStatus");
  checkEnum(input.status, Object.values(oldSpelling), "status");
  checkEnum(input.clusterType, ["eks"], "clusterType");
  const asked = input.clusterVersions ?? [];
  const wantsOld =
    input.includeAll || asked.length > 0 || input.versionStatus === "UNSUPPORTED" || input.status === "unsupported";
  const today = new Date(now).toISOString().slice(0, 10);
  const rows = eksVersions()
    .filter((row) => row.released <= today && (asked.length === 0 || asked.includes(row.version)))
    .map((row) => informationOf(row, now))
    .filter((row) => wantsOld || row.versionStatus !== "UNSUPPORTED")
    .filter((row) => input.versionStatus === undefined || row.versionStatus === input.versionStatus)
    .filter((row) => input.status === undefined || row.status === input.status)
    .filter((row) => !input.defaultOnly || row.defaultVersion);
  const { items, nextToken } = page(rows, input, "DescribeClusterVersions");
  return { clusterVersions: items, ...(nextToken === undefined ? {} : { nextToken }) };
}

export const versionOperations: Readonly<Record<string, Operation>> = {
  DescribeClusterVersions: eksOperation<DescribeClusterVersionsRequest, DescribeClusterVersionsResponse>(
    "DescribeClusterVersions",
    { on: "any", run: describe },
  ),
};

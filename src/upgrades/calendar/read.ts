// What EKS says about its versions: DescribeClusterVersions, all of them.
import type { Aws } from "../../aws/index.ts";
import { allPages } from "../../aws/index.ts";
import type { DescribedVersion } from "./model.ts";

const day = (date: Date | undefined): string | undefined => date?.toISOString().slice(0, 10);

/** Asks EKS, out-of-support versions included. @throws LotseError `aws/…` */
export async function readClusterVersions(aws: Aws): Promise<DescribedVersion[]> {
  const found = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "DescribeClusterVersions", {
      includeAll: true,
      ...(nextToken ? { nextToken } : {}),
    });
    return { items: page.clusterVersions, next: page.nextToken };
  });
  return found.flatMap((each) =>
    each.clusterVersion === undefined
      ? []
      : [
          {
            version: each.clusterVersion,
            released: day(each.releaseDate),
            endOfStandardSupport: day(each.endOfStandardSupportDate),
            endOfExtendedSupport: day(each.endOfExtendedSupportDate),
            // An older API has no versionStatus: then nobody says anything, which isn't "unsupported".
            status: each.versionStatus ?? "UNKNOWN",
            isDefault: each.defaultVersion === true,
          },
        ],
  );
}

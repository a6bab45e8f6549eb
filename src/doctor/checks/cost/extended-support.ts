// LT-C001: Extended support is being paid.
import { versionStatus } from "../../../facts/index.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";

const sight = (
  version: string | undefined,
  today: string,
): { text: string; evidence: object & Record<string, unknown> } | undefined =>
  version !== undefined && versionStatus(version, today) === "EXTENDED_SUPPORT"
    ? { text: `${version} costs $365 a month more than a version in standard support`, evidence: { usdPerMonth: 365 } }
    : undefined;

/** Extended support is being paid. */
export const extendedSupport: Check = defineCheck({
  id: "LT-C001",
  title: "Extended support is being paid",
  area: "cost",
  severity: "info",
  why: "A cluster in extended support costs $0.60 an hour instead of $0.10: $365 a month more.",
  docs: "https://aws.amazon.com/eks/pricing/",
  remedy: "Upgrade; see LT-U001 for the dates.",

  file: (file, { today }) => ofFile(file, ["metadata", "version"], sight(file.config.metadata.version, today)),
  account: async (account, { today }) => ofCluster(account, sight((await account.read("cluster")).version, today)),
});

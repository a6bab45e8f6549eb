// LT-U005: An add-on's version doesn't fit.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";
import { isOlder } from "../../versions.ts";

/** An add-on's version doesn't fit. */
export const addonVersion: Check = defineCheck({
  id: "LT-U005",
  title: "An add-on's version doesn't fit",
  area: "upgrades",
  severity: "warning",
  why: "Each version of an add-on runs on certain minors of Kubernetes; what is older than the default lacks fixes.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/managing-add-ons.html",
  remedy: "Update the add-on: lotse upgrade addon.",
  account: async (account) => {
    const [{ name, version = "" }, addons, offers] = await Promise.all([
      account.read("cluster"),
      account.read("addons"),
      account.read("addonVersions"),
    ]);
    return inList(
      "Addon",
      addons,
      ({ addonName }) => addonName,
      ({ addonName, addonVersion = "" }) => {
        const versions = offers.find((each) => each.addonName === addonName)?.addonVersions ?? [];
        if (versions.length === 0) return undefined;
        const command = `lotse upgrade addon --cluster ${name} --name ${addonName}`;
        const own = versions.find((each) => each.addonVersion === addonVersion);
        const standard = versions.find(({ compatibilities = [] }) =>
          compatibilities.some(({ defaultVersion }) => defaultVersion === true),
        )?.addonVersion;
        if (!own && versions.some((each) => isOlder(addonVersion, each.addonVersion ?? "")))
          return {
            text: `${addonVersion} isn't offered for Kubernetes ${version}`,
            severity: "error" as const,
            command,
            evidence: { addonVersion, standard },
          };
        return (
          standard !== undefined &&
          isOlder(addonVersion, standard) && {
            text: `${addonVersion} is older than the default ${standard}`,
            command,
            evidence: { addonVersion, standard },
          }
        );
      },
    );
  },
});

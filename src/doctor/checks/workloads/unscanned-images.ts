// LT-M001: Images that nobody scans.
import { usedRepositories } from "../../account/registry.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** True when a filter of the registry (`prod/*`) takes in a repository; without a star it is a part of the name. */
function takesIn(filter: string, name: string): boolean {
  const source = filter.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  return new RegExp(filter.includes("*") ? `^${source}$` : source).test(name);
}

/** Images that nobody scans. */
export const unscannedImages: Check = defineCheck({
  id: "LT-M001",
  title: "Images that nobody scans",
  area: "workloads",
  severity: "warning",
  why: "A known hole in an image's packages is found when it is pushed, or by enhanced scanning later too; where neither is on, by others.",
  docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  remedy: "Switch scan on push or enhanced scanning on for the registry.",
  together: async (account, cluster) => {
    const used = await usedRepositories(account, cluster);
    if (used.length === 0) return [];
    const { rules } = await account.read("repositories");
    const scanned = (name: string): boolean =>
      rules.some(
        ({ scanFrequency, repositoryFilters = [] }) =>
          scanFrequency !== "MANUAL" && repositoryFilters.some(({ filter = "" }) => takesIn(filter, name)),
      );
    return inList(
      "Repository",
      used,
      ({ name }) => name,
      ({ name, repository, user }) =>
        repository.imageScanningConfiguration?.scanOnPush !== true &&
        !scanned(name) && {
          text: `${user} runs images of it, and they aren't scanned`,
          command: `aws ecr put-image-scanning-configuration --repository-name ${name} --image-scanning-configuration scanOnPush=true`,
        },
    );
  },
});

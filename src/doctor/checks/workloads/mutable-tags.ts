// LT-M002: Tags of images can be moved.
import { usedRepositories } from "../../account/registry.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** Tags of images can be moved. */
export const mutableTags: Check = defineCheck({
  id: "LT-M002",
  title: "Tags of images can be moved",
  area: "workloads",
  severity: "warning",
  why: "Whoever may push can put another image under a tag that runs: the next pod has it, and a rollback finds it too.",
  docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  remedy: "Make tags immutable, with exclusions for those that are meant to move.",
  together: async (account, cluster) =>
    inList(
      "Repository",
      await usedRepositories(account, cluster),
      ({ name }) => name,
      ({ name, user, repository: { imageTagMutability: mutability } }) =>
        !mutability?.startsWith("IMMUTABLE") && {
          text: `${user} runs images of it, and its tags are ${mutability ?? "MUTABLE"}`,
          command: `aws ecr put-image-tag-mutability --repository-name ${name} --image-tag-mutability IMMUTABLE`,
        },
    ),
});

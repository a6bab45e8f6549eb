// LT-D001: IMDSv1 is allowed.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inGroup } from "../../fixes.ts";
import { inFileGroups, inList } from "../../sight.ts";

/** IMDSv1 is allowed. */
export const imdsv1: Check = defineCheck({
  id: "LT-D001",
  title: "IMDSv1 is allowed",
  area: "nodes",
  severity: "error",
  why: "With version 1 of the metadata service a request that a pod is tricked into sends the node's keys back; version 2 needs a token first.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy:
    "Set disableIMDSv1: true on the node group; for your own launch templates MetadataOptions.HttpTokens: required.",
  fix: (found) =>
    found.resource.kind === "Instance"
      ? [{ do: "demand-tokens", instance: found.resource.name }]
      : inGroup(found, { disableIMDSv1: true }, { tokens: true }),
  file: (file) =>
    inFileGroups(file, ({ group }) => group.disableIMDSv1 === false && "disableIMDSv1 is false", "disableIMDSv1"),
  account: async (account) => [
    ...inList(
      "NodeGroup",
      await account.read("launchTemplates"),
      ({ group }) => group,
      ({ data, id, version }) =>
        data.MetadataOptions?.HttpTokens !== "required" &&
        `Launch template ${id} (version ${version}) doesn't demand tokens`,
    ),
    ...inList(
      "Instance",
      await account.read("instances"),
      ({ InstanceId }) => InstanceId,
      ({ MetadataOptions, InstanceId }) =>
        MetadataOptions?.HttpTokens === "optional" && {
          text: "The instance answers to version 1",
          command: `aws ec2 modify-instance-metadata-options --instance-id ${InstanceId} --http-tokens required`,
        },
    ),
  ],
});

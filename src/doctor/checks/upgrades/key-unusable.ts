// LT-U025: The cluster's key can't be used.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The cluster's key can't be used. */
export const keyUnusable: Check = defineCheck({
  id: "LT-U025",
  title: "The cluster's key can't be used",
  area: "upgrades",
  severity: "error",
  why: "Without its KMS key the API server can't read secrets; a deleted key is a lost cluster.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  remedy: "Cancel the deletion, or enable the key: aws kms cancel-key-deletion.",
  account: async (account) => {
    const key = await account.read("key");
    const { KeyState, KeyId } = key?.metadata ?? {};
    return ofCluster(
      account,
      key &&
        KeyState !== "Enabled" && {
          text: `Key ${KeyId} is ${KeyState}`,
          command: `aws kms cancel-key-deletion --key-id ${KeyId} && aws kms enable-key --key-id ${KeyId}`,
        },
    );
  },
});

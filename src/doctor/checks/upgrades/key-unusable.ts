// LT-U025: The cluster's key can't be used.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The cluster's key can't be used. */
export const keyUnusable: Check = defineCheck({
  id: "LT-U025",
  title: "The cluster's key or role can't be used",
  area: "upgrades",
  severity: "error",
  why: "Without its KMS key the API server can't read secrets; a deleted key is a lost cluster. Without its role EKS changes nothing any more.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  remedy: "Cancel the deletion, or enable the key: aws kms cancel-key-deletion.",
  account: async (account) => {
    const [{ roleArn }, roles] = await Promise.all([account.read("cluster"), account.read("roles")]);
    const role = roles.find(({ arn }) => arn === roleArn);
    const bare = role !== undefined && role.attached.length + role.inline.length === 0;
    const text = bare ? `Role ${role.name} has no policy` : roleArn !== undefined && !role && `${roleArn} is gone`;
    const command = `aws iam attach-role-policy --role-name ${role?.name} --policy-arn arn:aws:iam::aws:policy/AmazonEKSClusterPolicy`;
    const ofRole = await ofCluster(account, text && { text, ...(bare ? { command } : {}) }, "role");
    const key = await account.read("key");
    const { KeyState, KeyId } = key?.metadata ?? {};
    const ofKey = await ofCluster(
      account,
      key &&
        KeyState !== "Enabled" && {
          text: `Key ${KeyId} is ${KeyState}`,
          command: `aws kms cancel-key-deletion --key-id ${KeyId} && aws kms enable-key --key-id ${KeyId}`,
        },
    );
    return [...ofKey, ...ofRole];
  },
});

// LT-I017: Pod Identity without its agent.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** Pod Identity without its agent. */
export const agentMissing: Check = defineCheck({
  id: "LT-I017",
  title: "Pod Identity without its agent",
  area: "identity",
  severity: "error",
  why: "Pods ask the agent on their node for credentials; without the add-on nobody answers.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html",
  remedy: "Install the add-on eks-pod-identity-agent.",
  account: async (account) => {
    const [{ name = "", computeConfig }, associations, addons] = await Promise.all([
      account.read("cluster"),
      account.read("associations"),
      account.read("addons"),
    ]);
    const missing =
      associations.length > 0 &&
      computeConfig?.enabled !== true &&
      !addons.some(({ addonName }) => addonName === "eks-pod-identity-agent");
    const command = `aws eks create-addon --cluster-name ${name} --addon-name eks-pod-identity-agent`;
    return ofCluster(
      account,
      missing && {
        text: `${associations.length} associations, and the add-on eks-pod-identity-agent isn't installed`,
        command,
      },
    );
  },
});

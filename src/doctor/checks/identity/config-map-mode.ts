// LT-I004: Only aws-auth says who may enter.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";

/** Only aws-auth says who may enter. */
export const configMapMode: Check = defineCheck({
  id: "LT-I004",
  title: "Only aws-auth says who may enter",
  area: "identity",
  severity: "warning",
  why: "A mistake in the ConfigMap aws-auth locks everybody out, nodes too; access entries are checked by EKS and can be mended from outside.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html",
  remedy: "Move to API_AND_CONFIG_MAP: lotse utils migrate-to-access-entry.",
  file: (file) =>
    ofFile(
      file,
      ["accessConfig"],
      file.config.accessConfig?.authenticationMode === "CONFIG_MAP" && "authenticationMode is CONFIG_MAP",
    ),
  account: async (account) => {
    const { name = "", accessConfig } = await account.read("cluster");
    const command = `lotse utils migrate-to-access-entry --cluster ${name} --target-authentication-mode API_AND_CONFIG_MAP`;
    return ofCluster(
      account,
      (accessConfig?.authenticationMode ?? "CONFIG_MAP") === "CONFIG_MAP" && {
        text: "authenticationMode is CONFIG_MAP",
        command,
      },
    );
  },
});

// LT-E001: Secrets without a key of your own.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster, ofFile } from "../../sight.ts";
import { minorIn } from "../../versions.ts";

const sight = (version: string | undefined): { text: string; severity: "info" | "warning" } => ({
  text: "secretsEncryption isn't set",
  severity: minorIn(version) < 28 ? "warning" : "info",
});

/** Secrets without a key of your own. */
export const secretsKey: Check = defineCheck({
  id: "LT-E001",
  title: "Secrets without a key of your own",
  area: "encryption",
  severity: "info",
  why: "From 1.28 on EKS encrypts everything with a key of AWS; a key of your own can be watched, limited and taken away.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  remedy: "Set secretsEncryption.keyARN.",

  file: (file) =>
    ofFile(
      file,
      ["secretsEncryption"],
      file.config.secretsEncryption === undefined && sight(file.config.metadata.version),
    ),
  account: async (account) => {
    const { encryptionConfig = [], version } = await account.read("cluster");
    return ofCluster(account, encryptionConfig.length === 0 && sight(version));
  },
});

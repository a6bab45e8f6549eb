// LT-E002: The key doesn't rotate.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** The key doesn't rotate. */
export const keyRotation: Check = defineCheck({
  id: "LT-E002",
  title: "The key doesn't rotate",
  area: "encryption",
  severity: "info",
  why: "With rotation KMS makes new key material every year by itself; what is old stays readable.",
  docs: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  remedy: "Enable rotation: aws kms enable-key-rotation.",
  fix: async (_, { account }) => {
    const key = await account?.read("key");
    return [{ do: "rotate-key", key: key?.metadata.KeyId ?? "" }];
  },
  account: async (account) => {
    const key = await account.read("key");
    const { KeyId, KeyState, Origin } = key?.metadata ?? {};
    return ofCluster(
      account,
      key &&
        KeyState === "Enabled" &&
        Origin !== "EXTERNAL" &&
        !key.rotates && {
          text: `Key ${KeyId} doesn't rotate`,
          command: `aws kms enable-key-rotation --key-id ${KeyId}`,
        },
    );
  },
});

// LT-I026: Access keys of AWS stand in the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers, inKind } from "../../sight.ts";

const keyId = /\b(AKIA|ASIA)[0-9A-Z]{16}\b/;

/** Access keys of AWS stand in the cluster. */
export const staticKeys: Check = defineCheck({
  id: "LT-I026",
  title: "Access keys of AWS stand in the cluster",
  area: "identity",
  severity: "error",
  why: "Keys in variables and ConfigMaps are read by everybody who may get pods, and expire never.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  remedy: "Give the service account a role, and deactivate the key.",

  objects: async (facts) => [
    ...(await inContainers(
      facts,
      ({ env = [] }) => {
        const found = env.find(
          ({ name, value }) => keyId.test(value ?? "") || (name === "AWS_SECRET_ACCESS_KEY" && value !== undefined),
        );
        return found && `Variable ${found.name} holds a key`;
      },
      true,
    )),
    ...(await inKind(
      facts,
      "configMaps",
      ({ data = {} }) => {
        const found = Object.entries(data).find(
          ([, value]) => keyId.test(value) || /aws_secret_access_key\s*=/i.test(value),
        );
        return found && `${found[0]} holds a key`;
      },
      "data",
    )),
  ],
});

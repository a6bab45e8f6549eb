// LT-L005: A log shipper reads Docker's format.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inKind } from "../../sight.ts";

/** A log shipper reads Docker's format. */
export const dockerParser: Check = defineCheck({
  id: "LT-L005",
  title: "A log shipper reads Docker's format",
  area: "logging",
  severity: "warning",
  why: "containerd writes another format than Docker: with the json parser lines arrive cut and unparsed.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html",
  remedy: "Use the cri parser.",
  objects: async (facts) =>
    inKind(
      facts,
      "configMaps",
      ({ data = {} }) => {
        const found = Object.entries(data).find(
          ([, text]) => /\/var\/log\/containers/.test(text) && /^\s*parser\s+docker\s*$/im.test(text),
        );
        return found && `${found[0]} reads /var/log/containers with the parser docker`;
      },
      "data",
    ),
});

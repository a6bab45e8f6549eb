// LT-M003: Images of Docker Hub.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inContainers } from "../../sight.ts";

/** Images of Docker Hub. */
export const dockerHub: Check = defineCheck({
  id: "LT-M003",
  title: "Images of Docker Hub",
  area: "workloads",
  severity: "info",
  why: "Docker Hub limits pulls by address, and all nodes behind a NAT gateway have one: new nodes can't start pods then.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/image-security.html",
  remedy: "Use a pull-through cache of ECR.",
  objects: async (facts) =>
    inContainers(
      facts,
      ({ image = "" }) => {
        const [host = "", ...rest] = image.split("/");
        const hub = rest.length === 0 || !/[.:]/.test(host) || host === "docker.io";
        return image !== "" && hub && host !== "localhost" && `${image} comes from Docker Hub`;
      },
      true,
    ),
});

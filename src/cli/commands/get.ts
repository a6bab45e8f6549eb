// `lotse get`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { clusterFileOption, clusterNameOption, outputOption } from "./shared-options.ts";

/** What `lotse get` lists, in eksctl's words. */
const resources = [
  { name: "cluster", what: "clusters of the region, or one" },
  { name: "nodegroup", what: "node groups of a cluster" },
  { name: "addon", what: "add-ons of a cluster" },
  { name: "iamserviceaccount", what: "IAM roles of service accounts" },
  { name: "fargateprofile", what: "Fargate profiles of a cluster" },
] as const;

/** One command per resource. `-o json` prints eksctl's shapes. */
export const get: readonly CommandDefinition[] = resources.map(({ name, what }) =>
  defineCommand({
    name: `get ${name}`,
    summary: `List ${what}`,
    ...(name === "cluster" ? { arguments: [{ name: "[name]", description: "name of the cluster" }] } : {}),
    options: [
      clusterFileOption,
      name === "cluster" ? { flags: "-n, --name <cluster>", description: "only this one" } : clusterNameOption,
      ...(name === "cluster" ? [] : [{ flags: "-n, --name <name>", description: "only this one" }]),
      outputOption,
    ],
    target: "aws",
    examples: [
      name === "cluster"
        ? { command: "lotse get cluster --region eu-central-1", does: "all of the region" }
        : { command: `lotse get ${name} --cluster prod`, does: "as a table" },
      name === "cluster"
        ? { command: "lotse get cluster prod -o json", does: "in eksctl's shape" }
        : { command: `lotse get ${name} --cluster prod -o json`, does: "in eksctl's shape" },
    ],
    load: async () => {
      const actions = await import("../actions/get.ts");
      return { run: actions.getters[name] };
    },
  }),
);

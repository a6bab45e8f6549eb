// `lotse rehearse`
import { defineCommand } from "../command.ts";
import type { CommandDefinition } from "../command.ts";
import { fileOption } from "./shared-options.ts";

export const rehearse: CommandDefinition = defineCommand({
  name: "rehearse",
  summary: "The whole life of a cluster and its workloads, in an account of its own on this machine",
  description:
    "Plans, applies, applies your Kubernetes manifests, waits until everything is Ready or says why not, upgrades and lets things fail if\nasked to, destroys, and looks whether anything is left. Your AWS environment, ~/.aws and the sandbox of `lotse sandbox up` are left\nalone. Exit code 0 when all went as it should, 3 with findings, 1 when it couldn't be run, 2 for wrong usage or an invalid file.",
  options: [
    fileOption,
    {
      flags: "-m, --manifests <path>",
      description: "file or folder of Kubernetes manifests, YAML or JSON; may be repeated",
      repeatable: true,
    },
    { flags: "--upgrade-to <version>", description: "then upgrade to this version, minor by minor" },
    {
      flags: "--fail <fault>",
      description:
        "then let something fail: az-outage, insufficient-capacity, node-loss, spot-interruption, throttling; may be repeated",
      repeatable: true,
    },
    {
      flags: "-o, --output <format>",
      description: "form of the report",
      choices: ["text", "json", "junit", "html"],
      default: "text",
    },
    {
      flags: "--report <file>",
      description: "write the report into a file: its ending says the form, else -o; may be repeated",
      repeatable: true,
    },
    { flags: "--timeout <seconds>", description: "how long things may take to become Ready here", default: "120" },
    { flags: "--keep", description: "don't destroy: keep cluster and account until Ctrl-C, for a look at them" },
  ],
  examples: [
    { command: "lotse rehearse -f cluster.yaml", does: "from plan to destroy" },
    {
      command: "lotse rehearse -f cluster.yaml -m k8s/ --upgrade-to 1.36",
      does: "with your workloads, through an upgrade",
    },
    { command: "lotse rehearse -f cluster.yaml -m k8s/ --fail az-outage", does: "and a lost zone" },
    { command: "lotse rehearse -f cluster.yaml -m k8s/ --report out.xml", does: "for CI: JUnit beside the text" },
  ],
  load: () => import("../actions/rehearse.ts"),
});

// docs/reference/controllers.md from the definitions of roles: what each is for, may do, listens on and takes.
import type { RoleDefinition, RoleFlag } from "../../src/controllers/index.ts";
import { flagsOf, iamPolicyOf, manifestOptions, objectsOf, roles } from "../../src/controllers/index.ts";

interface Rule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs: string[];
}

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

function flagRow({ name, kind, description, default: value, env }: RoleFlag): string {
  const word = kind === "switch" ? `--${name}` : `--${name} <${kind}>`;
  const fallback = value === undefined || value === "" ? "" : code(String(value));
  return `| ${code(word)} | ${fallback} | ${description.replaceAll("|", "\\|")}${env === undefined ? "" : ` (${code(`$${env}`)})`} |`;
}

function rightsOf(role: RoleDefinition): string[] {
  const objects = objectsOf(role, manifestOptions({})) as {
    kind: string;
    metadata: { namespace?: string };
    rules?: Rule[];
  }[];
  return objects
    .filter(({ rules }) => rules !== undefined)
    .flatMap(({ metadata, rules = [] }) =>
      rules.map(({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs }) => {
        const groups = apiGroups.map((group) => (group === "" ? "core" : group)).join(", ");
        const what = [...resources, ...nonResourceURLs].join(", ");
        const which = resourceNames.length > 0 ? ` ${resourceNames.join(", ")}` : "";
        return `| ${metadata.namespace ?? "everywhere"} | ${groups} | ${what}${which} | ${verbs.join(", ")} |`;
      }),
    );
}

function sectionOf(role: RoleDefinition): string {
  const { name, title, listener, workload, leaderElection, probePort = 8080 } = role;
  const facts = [
    `Runs as a ${workload.kind}${workload.replicas === undefined ? "" : ` of ${workload.replicas}`}${workload.hostNetwork ? " in the host's network" : ""}`,
    ...(leaderElection ? ["one instance works at a time"] : []),
    ...(listener ? [`listens on ${listener.port}`] : []),
    `health and metrics on ${probePort}`,
  ];
  const policy = iamPolicyOf(role);
  const rights = rightsOf(role);
  return [
    `## ${name}`,
    "",
    `${title}. ${facts.join("; ")}.`,
    "",
    "| flag | default | meaning |",
    "|---|---|---|",
    ...flagsOf(role).map(flagRow),
    "",
    ...(rights.length > 0
      ? ["| where | API group | what it may touch | verbs |", "|---|---|---|---|", ...rights, ""]
      : ["It touches nothing in the cluster.", ""]),
    ...(policy ? ["```json", JSON.stringify(policy, undefined, 2), "```", ""] : []),
  ].join("\n");
}

/** One page with every role. */
export function generate(): Promise<Map<string, string>> {
  const page = [
    "# Roles",
    "",
    "Generated from the definitions of roles by `npm run generate`. `lotse controller NAME` runs one, `lotse controller manifests NAME`",
    "prints what installs it; [Roles in a cluster](../guides/controllers.md) says how they behave.",
    "",
    ...roles.map(sectionOf),
  ];
  return Promise.resolve(new Map([["docs/reference/controllers.md", `${page.join("\n").trimEnd()}\n`]]));
}

// `lotse controller`: flags to roles, roles to processes or manifests.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LotseError } from "../../base/index.ts";
import type { ManifestOptions, RoleFlag, RoleSummary } from "../../lotse.ts";
import { controllers } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

const defaultText = ({ default: value }: RoleFlag): string => (value === undefined ? "" : String(value));

const flagColumns: readonly Column<RoleFlag>[] = [
  { title: "FLAG", value: ({ name, kind }) => (kind === "switch" ? `--${name}` : `--${name} <${kind}>`) },
  { title: "DEFAULT", value: defaultText },
  { title: "MEANING", value: ({ description, env }) => (env ? `${description} ($${env})` : description) },
];

function helpOf(roles: readonly RoleSummary[], width: number): string {
  const flags = new Map(roles.flatMap((role) => role.flags.map((flag) => [flag.name, flag] as const)));
  const lines = [
    ...roles.map(({ name, title }) => `lotse controller ${name}: ${title}`),
    "",
    ...tableLines(flagColumns, [...flags.values()], width),
    ...roles.flatMap(({ prints }) => prints.map(({ name, title }) => `--print ${name}: ${title}`)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Names come first, flags after them. */
function split(words: readonly string[]): { names: string[]; rest: string[] } {
  const first = words.findIndex((word) => word.startsWith("-"));
  return first < 0 ? { names: [...words], rest: [] } : { names: words.slice(0, first), rest: words.slice(first) };
}

const words = (invocation: Invocation): readonly string[] => (invocation.arguments[0] ?? []) as readonly string[];

/** `--print WHAT` among a role's flags. */
function takePrint(rest: readonly string[]): { what: string; rest: string[] } | undefined {
  const at = rest.findIndex((word) => word === "--print" || word.startsWith("--print="));
  const word = rest[at];
  if (word === undefined) return undefined;
  const inline = word.startsWith("--print=");
  return { what: inline ? word.slice(8) : (rest[at + 1] ?? ""), rest: rest.toSpliced(at, inline ? 1 : 2) };
}

/** Runs roles until they are stopped. */
export const run: Action = async (invocation) => {
  const { names, rest } = split(words(invocation));
  const { stdout } = invocation.terminal;
  if (rest.some((word) => word === "--help" || word === "-h")) {
    const known = await controllers.roles();
    stdout.write(
      helpOf(
        known.filter(({ name }) => names.includes(name)),
        stdout.columns,
      ),
    );
    return exitCode.done;
  }
  const print = takePrint(rest);
  if (print !== undefined) {
    const [name = ""] = names;
    stdout.write(await controllers.print(name, print.what, { words: print.rest, env: invocation.env }));
    return exitCode.done;
  }
  const running = await controllers.run(names, {
    words: rest,
    env: invocation.env,
    write: (line) => stdout.write(line),
    signal: invocation.signal,
  });
  return running.done;
};

const roleColumns: readonly Column<RoleSummary>[] = [
  { title: "ROLE", value: ({ name }) => name },
  { title: "WHAT IT IS FOR", value: ({ title }) => title },
];

/** Lists roles. */
export const list: Action = async (invocation) => {
  const { stdout } = invocation.terminal;
  const roles = await controllers.roles();
  const format = invocation.options["output"];
  if (format === "json" || format === "yaml") stdout.write(await renderData(roles, format));
  else stdout.write(`${tableLines(roleColumns, roles, stdout.columns).join("\n")}\n`);
  return exitCode.done;
};

/** `role=value` pairs, several values a role. */
function pairs(given: unknown, flag: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const text of (given ?? []) as string[]) {
    const at = text.indexOf("=");
    if (at < 1) {
      throw new LotseError("cli/usage", { title: `--${flag} ${text} isn't ROLE=VALUE`, remedy: "See --help." });
    }
    const role = text.slice(0, at);
    found.set(role, [...(found.get(role) ?? []), text.slice(at + 1)]);
  }
  return found;
}

function manifestOptions({ options }: Invocation): Partial<ManifestOptions> {
  const text = (name: string): Record<string, string> => {
    const value = options[name];
    return typeof value === "string" ? { [name]: value } : {};
  };
  const arns = [...pairs(options["roleArn"], "role-arn")].map(([role, values]) => [role, values.at(-1) ?? ""]);
  return {
    ...text("namespace"),
    ...text("image"),
    ...text("region"),
    ...text("certificates"),
    roleArns: Object.fromEntries(arns) as Record<string, string>,
    flags: Object.fromEntries(pairs(options["setFlag"], "set-flag")),
  };
}

/** Prints manifests, or writes a chart. */
export const manifests: Action = async (invocation) => {
  const { stdout, stderr } = invocation.terminal;
  const names = words(invocation);
  const options = manifestOptions(invocation);
  const { output, dir } = invocation.options;
  if (output === "iam") {
    const policies = await controllers.iamPolicies(names);
    const single = names.length === 1 ? policies[names[0] ?? ""] : undefined;
    stdout.write(await renderData(single ?? policies, "json"));
    return exitCode.done;
  }
  if (output !== "helm") {
    stdout.write(await controllers.yaml(names, options));
    return exitCode.done;
  }
  const files = await controllers.chart(names, options);
  if (typeof dir !== "string") {
    // As `helm template` names the files that it prints.
    for (const [path, text] of files) stdout.write(`# Source: lotse/${path}\n${text}`);
    return exitCode.done;
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  stderr.write(
    `${files.size} files in ${dir}; helm install lotse ${dir} --namespace lotse-system --create-namespace\n`,
  );
  return exitCode.done;
};

// `lotse associate|disassociate|get identityprovider`
import { LotseError } from "../../base/index.ts";
import type { ListedIdentityProvider, NewIdentityProvider } from "../../lotse.ts";
import { identityProviders } from "../../lotse.ts";
import { clusterNameOf, readClusterFile } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { confirmChange, declined } from "../confirm-change.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";

const text = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

const usage = (title: string, remedy: string): LotseError => new LotseError("cli/usage", { title, remedy });

function waitOf({ options }: Invocation): { wait: boolean; timeout: number } {
  const minutes = Number(options["timeout"]);
  if (!Number.isFinite(minutes) || minutes <= 0) throw usage("--timeout is no number of minutes", "Give 35, say.");
  return { wait: options["wait"] === true, timeout: minutes * 60 };
}

function claimsOf(invocation: Invocation): Record<string, string> | undefined {
  const pairs = (invocation.options["requiredClaim"] as string[] | undefined) ?? [];
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw usage(`--required-claim ${pair} isn't claim=value`, "Repeat the flag for several.");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

const claimFlags = ["usernameClaim", "usernamePrefix", "groupsClaim", "groupsPrefix"] as const;

/** What flags describe, or the file. */
async function providersOf(invocation: Invocation): Promise<NewIdentityProvider[]> {
  const name = text(invocation, "name");
  const issuerURL = text(invocation, "issuerUrl");
  if (name === undefined || issuerURL === undefined) {
    if (text(invocation, "file") === undefined)
      throw usage("No provider is described", "Give --name, --issuer-url and --client-id, or -f.");
    const all = (await readClusterFile(invocation)).config.identityProviders ?? [];
    return all.filter((each) => name === undefined || each.name === name).map(({ type: _type, ...each }) => each);
  }
  const requiredClaims = claimsOf(invocation);
  const claims = claimFlags.flatMap((flag) => {
    const value = text(invocation, flag);
    return value === undefined ? [] : [[flag, value] as const];
  });
  return [
    {
      name,
      issuerURL,
      clientID: text(invocation, "clientId") ?? "",
      ...Object.fromEntries(claims),
      ...(requiredClaims ? { requiredClaims } : {}),
    },
  ];
}

/** `associate identityprovider` */
export const associate: Action = async (invocation) => {
  const providers = await providersOf(invocation);
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const { stdout } = invocation.terminal;
  const how = waitOf(invocation);
  if (providers.length === 0) stdout.write("Nothing to change: the file names no identity provider\n");
  return withAws(invocation, region, async (aws) => {
    for (const provider of providers) {
      const begun = await identityProviders.associate(aws, name, provider, how);
      const what = `identity provider ${provider.name}`;
      if (!begun) stdout.write(`Left as it is: ${what}\n`);
      else stdout.write(how.wait ? `Associated ${what}\n` : `Associating ${what}; EKS takes about 15 minutes\n`);
    }
    return exitCode.done;
  });
};

/** `disassociate identityprovider` */
export const disassociate: Action = async (invocation) => {
  const given = text(invocation, "name");
  const names = given === undefined ? (await providersOf(invocation)).map((each) => each.name) : [given];
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const confirm = confirmChange(invocation);
  const how = waitOf(invocation);
  return withAws(invocation, region, async (aws) => {
    for (const provider of names) {
      const question = `Take identity provider ${provider} from ${name}? Whoever logs in by it is out.`;
      if (!(await confirm({ text: question, diff: [], notes: [] }))) throw declined();
      await identityProviders.disassociate(aws, name, provider, how);
      invocation.terminal.stdout.write(
        `${how.wait ? "Disassociated" : "Disassociating"} identity provider ${provider}\n`,
      );
    }
    return exitCode.done;
  });
};

/** As eksctl prints a provider: Go's names, and null for what EKS doesn't say. */
const eksctlShape = (row: ListedIdentityProvider): object => ({
  Type: row.type,
  Name: row.name,
  ClientID: row.clientID,
  IssuerURL: row.issuerURL,
  Status: row.status,
  Arn: row.arn,
  UsernameClaim: row.usernameClaim ?? null,
  UsernamePrefix: row.usernamePrefix ?? null,
  GroupsClaim: row.groupsClaim ?? null,
  GroupsPrefix: row.groupsPrefix ?? null,
  RequiredClaims: row.requiredClaims ?? null,
  Tags: row.tags ?? null,
});

const columns: readonly Column<ListedIdentityProvider>[] = [
  { title: "NAME", value: (row) => row.name },
  { title: "TYPE", value: (row) => row.type },
  { title: "CLIENT_ID", value: (row) => row.clientID },
  { title: "ISSUER_URL", value: (row) => row.issuerURL },
  { title: "ARN", value: (row) => row.arn, shrink: true },
  { title: "STATUS", value: (row) => row.status },
];

/** `get identityprovider` */
export const list: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const wanted = text(invocation, "name");
  const { terminal, options } = invocation;
  return withAws(invocation, region, async (aws) => {
    const found = await identityProviders.list(aws, name);
    const rows = found.filter((each) => wanted === undefined || each.name === wanted);
    if (wanted !== undefined && rows.length === 0)
      throw new LotseError("cli/not-found", { title: `${name} has no identity provider ${wanted}` });
    const format = options["output"];
    if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(rows.map(eksctlShape), format));
    else if (rows.length === 0) terminal.stdout.write("No identity providers found\n");
    else terminal.stdout.write(`${tableLines(columns, rows, terminal.stdout.columns).join("\n")}\n`);
    return exitCode.done;
  });
};

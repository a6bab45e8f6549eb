// Actions of `lotse sandbox faults`.
import type { ListedFault } from "../../sandbox/index.ts";
import { adminCall } from "../../sandbox/index.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { tableLines } from "../render/table.ts";
import { numberOption, print, running, textOption, usage, wantsJson } from "../sandbox-invocation.ts";

function describeFault({ id: _id, seen: _seen, hits: _hits, effect, ...rest }: ListedFault): string {
  const { kind, ...details } = effect;
  return [
    kind,
    ...Object.entries({ ...details, ...rest }).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
  ].join(" ");
}

export const listFaults: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const text = await adminCall(endpoint, "GET faults");
  if (wantsJson(invocation)) {
    invocation.terminal.stdout.write(text);
    return exitCode.done;
  }
  const rows = JSON.parse(text) as ListedFault[];
  if (rows.length === 0) print(invocation, "no faults");
  else {
    const columns = [
      { title: "ID", value: (row: ListedFault) => row.id },
      { title: "HITS", value: (row: ListedFault) => row.hits },
      { title: "SEEN", value: (row: ListedFault) => row.seen },
      { title: "RULE", value: describeFault },
    ];
    for (const line of tableLines(columns, rows, invocation.terminal.stdout.columns)) print(invocation, line);
  }
  return exitCode.done;
};

function matchOf(invocation: Invocation): Record<string, string> | undefined {
  const given = invocation.options["match"];
  if (!Array.isArray(given)) return undefined;
  return Object.fromEntries(
    given.map((item: unknown) => {
      const text = String(item);
      const at = text.indexOf("=");
      if (at < 1) throw usage(`"${text}" is no match`, "Write path=pattern, for example zone=eu-central-1b.");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

export const addFault: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const kind = textOption(invocation, "effect");
  if (kind === undefined) throw usage("A fault needs an effect", "For example --effect throttle.");
  const effect = {
    kind,
    code: textOption(invocation, "code"),
    message: textOption(invocation, "message"),
    status: numberOption(invocation, "status"),
    milliseconds: numberOption(invocation, "milliseconds"),
    seconds: numberOption(invocation, "seconds"),
    carriedOut: invocation.options["carriedOut"],
  };
  const rule = {
    service: textOption(invocation, "service"),
    operation: textOption(invocation, "operation"),
    region: textOption(invocation, "region"),
    match: matchOf(invocation),
    nth: numberOption(invocation, "nth"),
    times: numberOption(invocation, "times"),
    probability: numberOption(invocation, "probability"),
    effect,
  };
  const added = JSON.parse(await adminCall(endpoint, "POST faults", { body: JSON.stringify(rule) })) as ListedFault;
  print(invocation, `${added.id} ${describeFault(added)}`);
  return exitCode.done;
};

export const removeFaults: Action = async (invocation) => {
  const { endpoint } = await running(invocation);
  const [id] = invocation.arguments;
  const query = typeof id === "string" ? { id } : {};
  const { removed } = JSON.parse(await adminCall(endpoint, "DELETE faults", { query })) as { removed: number };
  print(invocation, `${removed} removed`);
  return typeof id === "string" && removed === 0 ? exitCode.failed : exitCode.done;
};

// Sets the interception rules, looks after them, and takes them away only when asked: without the rule a pod would get the
// node's own credentials, so a proxy that ends leaves it in place and pods with nothing.
import { execFile } from "node:child_process";
import type { Interception, IptablesRule } from "./rules.ts";
import { iptablesPlaces, iptablesRules, nftablesScript, nftablesTable, ruleComment } from "./rules.ts";

/** One way of redirecting packets. */
export interface Firewall {
  /** Whether every rule is there. */
  isSet(): Promise<boolean>;
  /** Sets what is missing. @throws Error with what the program said */
  set(): Promise<void>;
  remove(): Promise<void>;
}

export type FirewallKind = "iptables" | "nftables";

const patience = 10_000;

interface Outcome {
  status: number;
  output: string;
  error: string;
}

function run(program: string, words: readonly string[], input?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...words], { timeout: patience }, (error, stdout, stderr) => {
      if (error && typeof error.code === "string") return reject(new Error(`${program} can't be run: ${error.code}`));
      const status = error ? Number(error.code ?? 1) : 0;
      resolve({ status, output: stdout, error: stderr.trim() });
    });
    child.stdin?.on("error", () => undefined); // It ended before it had read everything; its exit code says why.
    child.stdin?.end(input ?? "");
  });
}

async function must(program: string, words: readonly string[], input?: string): Promise<string> {
  const { status, output, error } = await run(program, words, input);
  if (status !== 0) throw new Error(`${program} ${words.join(" ")} failed: ${error || `exit code ${status}`}`);
  return output;
}

/** Others change tables as well: wait for their lock. */
const wait = ["-w", "5"];

function iptables(rules: readonly IptablesRule[]): Firewall {
  const has = async ({ program, table, chain, words }: IptablesRule): Promise<boolean> =>
    (await run(program, [...wait, "-t", table, "-C", chain, ...words])).status === 0;
  /** What a proxy with other flags has left behind: it would still drop or redirect. */
  const removeOld = async (program: IptablesRule["program"]): Promise<void> => {
    for (const { table, chain } of iptablesPlaces) {
      const wanted = rules
        .filter((rule) => rule.program === program && rule.table === table && rule.chain === chain)
        .map(({ words }) => words.join(" "));
      const { output } = await run(program, [...wait, "-t", table, "-S", chain]);
      for (const line of output.split("\n")) {
        const [command, , ...words] = line.split(" ");
        if (command !== "-A" || !words.includes(ruleComment) || wanted.includes(words.join(" "))) continue;
        await must(program, [...wait, "-t", table, "-D", chain, ...words]);
      }
    }
  };
  return {
    isSet: async () => {
      for (const rule of rules) if (!(await has(rule))) return false;
      return true;
    },
    // Each goes to the front of its chain, before what others have there.
    set: async () => {
      for (const program of new Set(rules.map((rule) => rule.program))) await removeOld(program);
      for (const rule of rules) {
        if (await has(rule)) continue;
        await must(rule.program, [...wait, "-t", rule.table, "-I", rule.chain, "1", ...rule.words]);
      }
    },
    remove: async () => {
      for (const rule of rules)
        while (await has(rule)) await must(rule.program, [...wait, "-t", rule.table, "-D", rule.chain, ...rule.words]);
    },
  };
}

function nftables(interception: Interception): Firewall {
  const listing = async (): Promise<string | undefined> => {
    const { status, output } = await run("nft", ["list", "table", "inet", nftablesTable]);
    return status === 0 ? output : undefined;
  };
  // What the kernel made of our own script: how it writes rules is its own matter.
  let made: string | undefined;
  return {
    isSet: async () => {
      const now = await listing();
      return now !== undefined && now === made;
    },
    set: async () => {
      await must("nft", ["-f", "-"], nftablesScript(interception));
      made = await listing();
    },
    remove: async () => {
      if ((await listing()) !== undefined) await must("nft", ["delete", "table", "inet", nftablesTable]);
    },
  };
}

const kinds: Readonly<Record<FirewallKind, (interception: Interception) => Firewall>> = {
  iptables: (interception) => iptables(iptablesRules(interception)),
  nftables,
};

/** Opens one; nothing is changed yet. */
export function openFirewall(kind: FirewallKind, interception: Interception): Firewall {
  return kinds[kind](interception);
}

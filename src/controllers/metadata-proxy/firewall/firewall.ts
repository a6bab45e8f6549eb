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

/** How a program ended; 127 where there is none of that name, as shells say it. */
interface Outcome {
  status: number;
  output: string;
  error: string;
}

/** Runs a program of the packet filter. */
export type RunProgram = (program: string, words: readonly string[], input?: string) => Promise<Outcome>;

const runProgram: RunProgram = (program, words, input) =>
  new Promise((resolve, reject) => {
    const child = execFile(program, [...words], { timeout: patience }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") return resolve({ status: 127, output: "", error: "it isn't installed" });
      if (error && typeof error.code === "string") return reject(new Error(`${program} can't be run: ${error.code}`));
      const status = error ? Number(error.code ?? 1) : 0;
      resolve({ status, output: stdout, error: stderr.trim() });
    });
    child.stdin?.on("error", () => undefined); // It ended before it had read everything; its exit code says why.
    child.stdin?.end(input ?? "");
  });

async function must(run: RunProgram, program: string, words: readonly string[], input?: string): Promise<void> {
  const { status, error } = await run(program, words, input);
  if (status !== 0) throw new Error(`${program} ${words.join(" ")} failed: ${error || `exit code ${status}`}`);
}

/** Others change tables as well: wait for their lock. */
const wait = ["-w", "5"];
/** iptables' exit code when it didn't get the lock: nothing is known then. */
const locked = 4;

function iptables(interception: Interception, run: RunProgram): Firewall {
  const rules = iptablesRules(interception);
  /** `-I` puts it at the front of its chain, before what others have there. */
  const change = (command: "-I" | "-D", { program, table, chain, words }: IptablesRule): Promise<void> =>
    must(run, program, [...wait, "-t", table, command, chain, ...words]);
  const has = async ({ program, table, chain, words }: IptablesRule): Promise<boolean> =>
    (await run(program, [...wait, "-t", table, "-C", chain, ...words])).status === 0;
  /** Every rule of a proxy, whatever its flags were. */
  const ours = async (): Promise<IptablesRule[]> => {
    const found: IptablesRule[] = [];
    for (const place of iptablesPlaces) {
      const { program, table, chain } = place;
      const { status, output, error } = await run(program, [...wait, "-t", table, "-S", chain]);
      if (status === locked) throw new Error(`${program} can't list ${chain} of ${table}: ${error}`);
      // Without the program, or with a kernel that hasn't the table, there is no output, and no rule.
      for (const line of output.split("\n")) {
        const [command, , ...words] = line.split(" ");
        if (command === "-A" && words.includes(ruleComment)) found.push({ ...place, words });
      }
    }
    return found;
  };
  const spelled = ({ program, table, chain, words }: IptablesRule): string =>
    [program, table, chain, ...words].join(" ");
  return {
    isSet: async () => {
      for (const rule of rules) if (!(await has(rule))) return false;
      return true;
    },
    // What a proxy with other flags has left behind goes last: until then, and for good when a rule can't be set, it keeps
    // pods from the node's role.
    set: async () => {
      const wanted = new Set(rules.map(spelled));
      const old = (await ours()).filter((rule) => !wanted.has(spelled(rule)));
      for (const rule of rules) if (!(await has(rule))) await change("-I", rule);
      for (const rule of old) await change("-D", rule);
    },
    remove: async () => {
      for (const rule of await ours()) await change("-D", rule);
    },
  };
}

function nftables(interception: Interception, run: RunProgram): Firewall {
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
      await must(run, "nft", ["-f", "-"], nftablesScript(interception));
      made = await listing();
    },
    remove: async () => {
      if ((await listing()) !== undefined) await must(run, "nft", ["delete", "table", "inet", nftablesTable]);
    },
  };
}

const kinds: Readonly<Record<FirewallKind, (interception: Interception, run: RunProgram) => Firewall>> = {
  iptables,
  nftables,
};

/** Opens one; nothing is changed yet. Setting it takes away what a proxy of the other kind has left behind. */
export function openFirewall(kind: FirewallKind, interception: Interception, run: RunProgram = runProgram): Firewall {
  const own = kinds[kind](interception, run);
  const other = kinds[kind === "iptables" ? "nftables" : "iptables"](interception, run);
  // Who was here before isn't known: the first look of a process sets everything.
  let alone = false;
  return {
    isSet: async () => alone && (await own.isSet()),
    set: async () => {
      await own.set();
      await other.remove();
      alone = true;
    },
    remove: async () => {
      await own.remove();
      await other.remove();
    },
  };
}

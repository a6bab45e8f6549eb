// What is set and taken away in which order, on tables in memory that know iptables' and nft's commands as far as the proxy
// gives them; that the kernel takes them is judged in test/scenarios/metadata-proxy.test.ts.
import { describe, it } from "vitest";
import type { RunProgram } from "./firewall.ts";
import { openFirewall } from "./firewall.ts";
import type { Interception } from "./rules.ts";
import { nftablesTable } from "./rules.ts";

const here: Interception = {
  interface: "eni+",
  port: 8181,
  v4: { metadata: "169.254.169.254", host: "10.0.1.7" },
};
const elsewhere: Interception = { ...here, port: 9191 };

/** A node's tables. */
class Tables {
  /** `iptables nat PREROUTING` → rules from the front. */
  readonly chains = new Map<string, string[]>();
  readonly nft = new Set<string>();
  /** Programs that the node hasn't. */
  readonly missing = new Set<string>();
  /** A place that takes no new rules. */
  broken: string | undefined;

  readonly run: RunProgram = (program, words) => {
    if (this.missing.has(program)) return Promise.resolve({ status: 127, output: "", error: "it isn't installed" });
    const output = program === "nft" ? this.#nft(words) : this.#iptables(program, words);
    return Promise.resolve({ status: output === undefined ? 1 : 0, output: output ?? "", error: "" });
  };

  #nft([command]: readonly string[]): string | undefined {
    if (command === "-f") this.nft.add(nftablesTable);
    else if (!this.nft.has(nftablesTable)) return undefined;
    else if (command === "delete") this.nft.delete(nftablesTable);
    return nftablesTable;
  }

  #iptables(program: string, words: readonly string[]): string | undefined {
    const [, , , table = "", command, chain = "", ...rest] = words;
    const place = `${program} ${table} ${chain}`;
    const rules = this.chains.get(place) ?? [];
    if (command === "-S") return [`-P ${chain} ACCEPT`, ...rules.map((rule) => `-A ${chain} ${rule}`)].join("\n");
    const rule = rest.join(" ");
    const at = rules.indexOf(rule);
    if (command === "-I" ? place === this.broken : at < 0) return undefined;
    if (command === "-I") this.chains.set(place, [rule, ...rules]);
    if (command === "-D") this.chains.set(place, rules.toSpliced(at, 1));
    return "";
  }

  /** Where pods are sent. */
  get redirects(): string[] {
    const rules = this.chains.get("iptables nat PREROUTING") ?? [];
    return rules.map((rule) => rule.split(" ").at(-1) ?? "");
  }

  /** All rules of iptables. */
  get size(): number {
    return [...this.chains.values()].flat().length;
  }
}

describe("a firewall", () => {
  it("takes a proxy's rules with other flags away only once its own are there", async ({ expect }) => {
    const tables = new Tables();
    await openFirewall("iptables", here, tables.run).set();
    const changed = openFirewall("iptables", elsewhere, tables.run);
    tables.broken = "iptables nat PREROUTING";
    await expect(changed.set()).rejects.toThrow("-I PREROUTING -d 169.254.169.254/32");
    expect(await changed.isSet()).toBe(false);
    expect(tables.redirects).toEqual(["10.0.1.7:8181"]);
    tables.broken = undefined;
    await changed.set();
    expect(await changed.isSet()).toBe(true);
    expect(tables.redirects).toEqual(["10.0.1.7:9191"]);
    expect(tables.size).toBe(4);
  });

  it("shuts the metadata before it redirects: where that fails, pods get nothing", async ({ expect }) => {
    const tables = new Tables();
    tables.broken = "iptables nat PREROUTING";
    await expect(openFirewall("iptables", here, tables.run).set()).rejects.toThrow();
    expect([...tables.chains.keys()]).toEqual(["iptables mangle FORWARD"]);
  });

  it.for([
    ["iptables", "nftables"],
    ["nftables", "iptables"],
  ] as const)("of %s leaves nothing of %s, and needs no program of it", async ([kind, other], { expect }) => {
    const tables = new Tables();
    await openFirewall(other, elsewhere, tables.run).set();
    const own = openFirewall(kind, here, tables.run);
    await own.set();
    expect(await own.isSet()).toBe(true);
    expect([tables.size > 0, tables.nft.size > 0]).toEqual([kind === "iptables", kind === "nftables"]);
    await own.remove();
    expect([tables.size, tables.nft.size]).toEqual([0, 0]);
    for (const each of other === "iptables" ? ["iptables", "ip6tables"] : ["nft"]) tables.missing.add(each);
    await own.set();
    expect(await own.isSet()).toBe(true);
  });
});

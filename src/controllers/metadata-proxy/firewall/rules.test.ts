// The rules as their programs read them, for both families; that packets follow them is judged with real ones in
// test/scenarios/metadata-proxy.test.ts.
import { describe, it } from "vitest";
import type { Interception } from "./rules.ts";
import { iptablesRules, isInterfaceName, nftablesScript } from "./rules.ts";

const both: Interception = {
  interface: "eni+",
  port: 8181,
  v4: { metadata: "169.254.169.254", host: "10.0.1.7" },
  v6: { metadata: "fd00:ec2::254", host: "2001:db8::7" },
};

describe("rules", () => {
  it("of iptables redirect pods and keep everybody else from the port, in both families", ({ expect }) => {
    const lines = iptablesRules(both).map(
      ({ program, table, chain, words }) => `${program} -t ${table} ${chain} ${words.join(" ")}`,
    );
    const mark = "-m comment --comment lotse-metadata-proxy";
    expect(lines).toEqual([
      `iptables -t mangle FORWARD -d 169.254.169.254/32 -p tcp -m tcp --dport 80 ${mark} -j DROP`,
      `iptables -t nat PREROUTING -d 169.254.169.254/32 -i eni+ -p tcp -m tcp --dport 80 ${mark} -j DNAT --to-destination 10.0.1.7:8181`,
      `iptables -t filter INPUT ! -i eni+ -p tcp -m tcp --dport 8181 ${mark} -j DROP`,
      `iptables -t filter INPUT -i lo -p tcp -m tcp --dport 8181 ${mark} -j ACCEPT`,
      `ip6tables -t mangle FORWARD -d fd00:ec2::254/128 -p tcp -m tcp --dport 80 ${mark} -j DROP`,
      `ip6tables -t nat PREROUTING -d fd00:ec2::254/128 -i eni+ -p tcp -m tcp --dport 80 ${mark} -j DNAT --to-destination [2001:db8::7]:8181`,
      `ip6tables -t filter INPUT ! -i eni+ -p tcp -m tcp --dport 8181 ${mark} -j DROP`,
      `ip6tables -t filter INPUT -i lo -p tcp -m tcp --dport 8181 ${mark} -j ACCEPT`,
    ]);
  });

  it("of nftables are one table, replaced as a whole", ({ expect }) => {
    expect(nftablesScript(both)).toBe(`table inet lotse_metadata_proxy
delete table inet lotse_metadata_proxy
table inet lotse_metadata_proxy {
  chain forward {
    type filter hook forward priority mangle; policy accept;
    ip daddr 169.254.169.254 tcp dport 80 drop
    ip6 daddr fd00:ec2::254 tcp dport 80 drop
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "eni*" ip daddr 169.254.169.254 tcp dport 80 dnat ip to 10.0.1.7:8181
    iifname "eni*" ip6 daddr fd00:ec2::254 tcp dport 80 dnat ip6 to [2001:db8::7]:8181
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "lo" tcp dport 8181 accept
    iifname "eni*" tcp dport 8181 accept
    tcp dport 8181 drop
  }
}
`);
  });

  it("shut a family that the node has no address of: by it pods would get the node's role", ({ expect }) => {
    const shut: Interception = { ...both, v6: { metadata: "fd00:ec2::254" } };
    const lines = iptablesRules(shut).filter(({ program }) => program === "ip6tables");
    expect(lines.map(({ table, chain, words }) => `-t ${table} ${chain} ${words.join(" ")}`)).toEqual([
      "-t mangle FORWARD -d fd00:ec2::254/128 -p tcp -m tcp --dport 80 -m comment --comment lotse-metadata-proxy -j DROP",
    ]);
    const script = nftablesScript(shut);
    expect(script).toContain("    ip6 daddr fd00:ec2::254 tcp dport 80 drop\n");
    expect(script).not.toContain("dnat ip6");
  });

  it("leave a family alone that the node doesn't speak", ({ expect }) => {
    const { v6: _, ...four } = both;
    expect(iptablesRules(four).every(({ program }) => program === "iptables")).toBe(true);
    expect(nftablesScript(four)).not.toContain("ip6");
  });

  it("take interfaces' names and nothing that could be more", ({ expect }) => {
    expect(["eni+", "cali+", "docker0", "cbr0.1"].every(isInterfaceName)).toBe(true);
    expect(["", "eni; drop", 'eni"', "-j", "a".repeat(16), "+"].some(isInterfaceName)).toBe(false);
  });
});

// The rules that bring pods' requests for the metadata address to the proxy, as iptables and nftables say them. Interfaces of
// the VPC CNI are `eni+`; `+` stands for anything, which nftables writes `*`.

/** What is redirected where. */
export interface Interception {
  /** Interface that pods' packets come in by; `eni+`, `cali+`, `cni0`. */
  interface: string;
  /** The proxy's. */
  port: number;
  /** A family that the node doesn't speak at all is left alone. */
  v4?: Family;
  v6?: Family;
}

/** One of IP's two families. */
export interface Family {
  /** Metadata address. */
  metadata: string;
  /** The node's own, where the proxy is; where the node has none, pods reach no metadata in this family. */
  host?: string;
}

/** Found again by it, and by people. */
export const ruleComment = "lotse-metadata-proxy";

/** An iptables rule: where, and its words. */
export interface IptablesRule {
  program: "iptables" | "ip6tables";
  table: "nat" | "filter" | "mangle";
  chain: "PREROUTING" | "INPUT" | "FORWARD";
  /** In the order and spelling of `iptables -S`. */
  words: readonly string[];
}

/** Where rules of the proxy may stand. */
export const iptablesPlaces: readonly Omit<IptablesRule, "words">[] = (["iptables", "ip6tables"] as const).flatMap(
  (program) => [
    { program, table: "mangle", chain: "FORWARD" } as const,
    { program, table: "nat", chain: "PREROUTING" } as const,
    { program, table: "filter", chain: "INPUT" } as const,
  ],
);

const comment = `-m comment --comment ${ruleComment}`;

/**
 * Rules of iptables, in the order in which they are set.
 *
 * The first of each family is the guard: a packet that still asks for the metadata when it is forwarded is a pod's that
 * nobody has redirected, whatever interface it came by (pods of IPv6 clusters have a second one, veth…, by which their
 * packets of IPv4 leave with the node's address: aws/amazon-vpc-cni-k8s, cmd/egress-cni-plugin), and would be answered with
 * the node's own role. The node itself and what shares its network forward nothing. In `mangle`, because nobody else's
 * ACCEPT counts there.
 * The last two keep the proxy's port to pods and the node itself: everybody else in the network could ask there otherwise
 * (kube2iam's issue 152). A family without a proxy has the guard alone.
 */
export function iptablesRules({ interface: name, port, v4, v6 }: Interception): IptablesRule[] {
  const family = (program: IptablesRule["program"], { metadata, host }: Family): IptablesRule[] => {
    const address = `${metadata}/${metadata.includes(":") ? 128 : 32}`;
    const rule = (table: IptablesRule["table"], chain: IptablesRule["chain"], words: string): IptablesRule => ({
      program,
      table,
      chain,
      words: words.split(" "),
    });
    const asked = (more: string): string => `-d ${address}${more} -p tcp -m tcp --dport 80 ${comment}`;
    const guard = rule("mangle", "FORWARD", `${asked("")} -j DROP`);
    if (host === undefined) return [guard];
    const to = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    const own = `-p tcp -m tcp --dport ${port} ${comment}`;
    return [
      guard,
      rule("nat", "PREROUTING", `${asked(` -i ${name}`)} -j DNAT --to-destination ${to}`),
      rule("filter", "INPUT", `! -i ${name} ${own} -j DROP`),
      rule("filter", "INPUT", `-i lo ${own} -j ACCEPT`),
    ];
  };
  return [...(v4 ? family("iptables", v4) : []), ...(v6 ? family("ip6tables", v6) : [])];
}

/** The table of nftables, as `nft -f` reads it; it is one transaction, whatever was there before. */
export function nftablesScript({ interface: name, port, v4, v6 }: Interception): string {
  const from = `iifname "${name.replace(/\+$/, "*")}"`;
  const asked = (word: "ip" | "ip6", { metadata }: Family): string => `${word} daddr ${metadata} tcp dport 80`;
  const guard = [v4 ? `    ${asked("ip", v4)} drop\n` : "", v6 ? `    ${asked("ip6", v6)} drop\n` : ""].join("");
  const redirect = [
    v4?.host === undefined ? "" : `    ${from} ${asked("ip", v4)} dnat ip to ${v4.host}:${port}\n`,
    v6?.host === undefined ? "" : `    ${from} ${asked("ip6", v6)} dnat ip6 to [${v6.host}]:${port}\n`,
  ].join("");
  return `table inet ${nftablesTable}
delete table inet ${nftablesTable}
table inet ${nftablesTable} {
  chain forward {
    type filter hook forward priority mangle; policy accept;
${guard}  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
${redirect}  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "lo" tcp dport ${port} accept
    ${from} tcp dport ${port} accept
    tcp dport ${port} drop
  }
}
`;
}

export const nftablesTable = "lotse_metadata_proxy";

const interfaceForm = /^[a-zA-Z0-9_][a-zA-Z0-9_.@-]{0,14}\+?$/;

/** An interface's name that can't be anything else; a program gets it as a word. */
export const isInterfaceName = (text: string): boolean => interfaceForm.test(text);

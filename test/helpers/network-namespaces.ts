// A node and its pods as network namespaces of Linux, joined as the VPC CNI joins them: an interface `eni…` for each pod, whose
// every packet goes to the node. Needs root and the kernel's leave.
import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { join, resolve } from "node:path";

/** Why there can be none, with the package's name; undefined when there can. */
export function namespacesMissing(programs: readonly string[]): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "network namespaces need Linux and root";
  for (const program of ["ip", ...programs]) {
    if (spawnSync("sh", ["-c", `command -v ${program}`]).status === 0) continue;
    return `${program} is missing (Debian: apt-get install ${{ ip: "iproute2", nft: "nftables" }[program] ?? "iptables"})`;
  }
  const name = `lotse-try-${process.pid}`;
  const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  spawnSync("ip", ["netns", "del", name]);
  return made.status === 0 ? undefined : `the kernel forbids network namespaces: ${made.stderr.trim()}`;
}

const run = (line: string): string => execFileSync("sh", ["-ec", line], { encoding: "utf8" });

/** How a command line ended. */
export interface Outcome {
  status: number;
  output: string;
}

/** Waits without standing in the way: what it asks may be served by this very process. */
function outcomeOf(program: ChildProcess): Promise<Outcome> {
  let output = "";
  program.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    program.once("error", reject);
    program.once("close", (status) => resolve({ status: status ?? -1, output }));
  });
}

export interface NodeNamespace {
  /** The node's own addresses. */
  readonly address: string;
  readonly address6: string;
  /**
   * Adds a pod with an address of IPv4, of IPv6 or of both; returns a way to run a command line in it.
   *
   * @param link how the name of its interface on the node begins: another than a pod's makes it a neighbour of the node
   */
  pod(name: string, addresses: readonly string[], link?: string): (line: string) => Promise<Outcome>;
  /** Starts a program on the node, or in one of its pods. */
  start(words: readonly string[], env?: Record<string, string>, pod?: string): ChildProcess;
  run(line: string): Promise<Outcome>;
  close(): void;
}

/** A node without pods. */
export function openNode(): NodeNamespace {
  const tag = `lotse-${process.pid}`;
  const spaceOf = (name: string): string => `${tag}-${name}`;
  const node = spaceOf("node");
  const [address, address6] = ["10.99.0.1", "fd99::1"] as const;
  const spaces = [node];
  run(`ip netns add ${node}; ip -n ${node} link set lo up
ip -n ${node} addr add ${address}/32 dev lo; ip -n ${node} addr add ${address6}/128 dev lo`);
  // Addresses count at once: nobody else could have them.
  run(`ip netns exec ${node} sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
net.ipv6.conf.all.forwarding=1 net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0`);
  return {
    address,
    address6,
    pod(name, addresses, kind = "eni") {
      const space = spaceOf(name);
      const link = `${kind}${spaces.length}`;
      spaces.push(space);
      run(`ip netns add ${space}; ip netns exec ${space} sysctl -qw net.ipv6.conf.default.accept_dad=0
ip -n ${space} link set lo up
ip link add ${link} netns ${node} type veth peer name eth0 netns ${space}
ip -n ${node} link set ${link} up; ip -n ${space} link set eth0 up`);
      for (const each of addresses) {
        const [gateway, bits] = each.includes(":") ? ["fe80::1", 128] : ["169.254.1.1", 32];
        run(`ip -n ${node} route add ${each}/${bits} dev ${link}; ip -n ${space} addr add ${each}/${bits} dev eth0
ip -n ${space} route add ${gateway} dev eth0; ip -n ${space} route add default via ${gateway} dev eth0
ip -n ${space} neigh add ${gateway} dev eth0 nud permanent lladdr $(ip netns exec ${node} cat /sys/class/net/${link}/address)`);
      }
      return (line) => outcomeOf(spawn("ip", ["netns", "exec", space, "sh", "-c", line]));
    },
    start: ([program = "", ...words], env = {}, pod = "node") =>
      spawn("ip", ["netns", "exec", spaceOf(pod), program, ...words], {
        env: { PATH: process.env["PATH"] ?? "", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    run: (line) => outcomeOf(spawn("ip", ["netns", "exec", node, "sh", "-c", line])),
    close() {
      for (const space of spaces) spawnSync("ip", ["netns", "del", space]);
    },
  };
}

/** Makes ports of this machine reachable on the node, under the same numbers; returns what ends it. */
export function lendPorts(node: NodeNamespace, folder: string, ports: readonly number[]): () => void {
  const servers = ports.map((port) =>
    createServer((near) => {
      const far = connect(port, "127.0.0.1");
      near.on("error", () => far.destroy());
      far.on("error", () => near.destroy());
      near.pipe(far).pipe(near);
    }).listen(join(folder, `${port}.sock`)),
  );
  const pairs = ports.map((port) => `${port}=${join(folder, `${port}.sock`)}`);
  const forwarder = node.start([process.execPath, resolve("test/helpers/forwarder.mjs"), ...pairs]);
  return () => {
    forwarder.kill();
    for (const server of servers) server.close();
  };
}

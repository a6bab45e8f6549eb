// Addresses of pods on one node, as the VPC CNI takes them from the subnet: interfaces, secondary addresses or /28 blocks
// ahead of need, and a cool-down for addresses that pods gave back.
import type { CreateNetworkInterfaceResult } from "@aws-sdk/client-ec2";
import { parseCidr } from "../../../base/index.ts";
import type { InstanceTypeFacts } from "../../../facts/index.ts";
import type { Context } from "../../aws/core/index.ts";
import { AwsError } from "../../aws/core/index.ts";
import type { NetworkInterface } from "../../aws/services/ec2/state.ts";
import { networkInterfaces } from "../../aws/services/ec2/state.ts";
import { nthAddress } from "./address-text.ts";
import type { CniSettings, EniConfig } from "./cni-settings.ts";
import { prefixSize, wantedHolding } from "./cni-settings.ts";

/** An address, or why there is none. */
export type AddressResult = { address: string } | { problem: string };

export interface NodeAddressesOptions {
  instanceId: string;
  /** A node of a type that nobody knows has the limits of the smallest. */
  type: Pick<InstanceTypeFacts, "enis" | "ipv4PerEni"> & { prefixes: boolean };
  ipv6: boolean;
  /** In the region of the node, as whoever runs the CNI there. */
  context(): Context;
  settings(): CniSettings;
  /** With custom networking: where its interfaces go, or why that isn't known. */
  eniConfig(): EniConfig | string;
  cluster: string;
}

type Row = Readonly<NetworkInterface>;

/** The CNI remembers that a block couldn't be had, and asks EC2 again after so long, wall milliseconds. */
const askAgain = 500;

export class NodeAddresses {
  readonly #options: NodeAddressesOptions;
  readonly #used: Map<string, string> = new Map();
  readonly #taken: Set<string> = new Set();
  /** Address → virtual time from which it may be used again. */
  readonly #cooling: Map<string, number> = new Map();
  #problem: { text: string; at: number } | undefined;

  constructor(options: NodeAddressesOptions) {
    this.#options = options;
  }

  /** Addresses that pods have. */
  get used(): ReadonlyMap<string, string> {
    return this.#used;
  }

  /** Why EC2 gives no more, or undefined. */
  get problem(): string | undefined {
    return this.#problem?.text;
  }

  /** A pod has this address already (it was there before this process). */
  adopt(uid: string, address: string): void {
    this.#used.set(uid, address);
    this.#taken.add(address);
    this.#cooling.delete(address);
  }

  /** The daemon of the CNI starts: it takes what it keeps ready. */
  prepare(): void {
    this.#adjust(this.#options.context());
  }

  /** An address for a pod; the same one when it asks again. */
  take(uid: string): AddressResult {
    const known = this.#used.get(uid);
    if (known) return { address: known };
    const ctx = this.#options.context();
    let address = this.#free(ctx);
    if (address === undefined) {
      if (this.#problem === undefined || Date.now() - this.#problem.at >= askAgain) this.#adjust(ctx, 1);
      address = this.#free(ctx);
    }
    if (address === undefined) {
      const { instanceId } = this.#options;
      return { problem: this.#problem?.text ?? `no free address on the interfaces of ${instanceId}` };
    }
    this.adopt(uid, address);
    // What it keeps ready is filled up again.
    if (this.#problem === undefined) this.#adjust(ctx);
    return { address };
  }

  /** The pod is gone. */
  giveBack(uid: string): void {
    const address = this.#used.get(uid);
    if (address === undefined) return;
    this.#used.delete(uid);
    this.#taken.delete(address);
    const ctx = this.#options.context();
    this.#cooling.set(address, ctx.now() + this.#options.settings().coolDown);
    this.#shrink(ctx);
  }

  /** When the next cooling address can be used, virtual time; undefined when none is cooling. */
  nextFree(): number | undefined {
    return this.#cooling.size === 0 ? undefined : Math.min(...this.#cooling.values());
  }

  /** Interfaces of the node that carry pods, in the order of their device numbers. */
  #carriers(ctx: Context): Row[] {
    const all = ctx
      .table(networkInterfaces)
      .by("instance", this.#options.instanceId)
      .filter((row) => row.attachment !== undefined && row.tags["node.k8s.amazonaws.com/no_manage"] !== "true")
      .toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));
    return this.#options.settings().customNetworking && !this.#options.ipv6
      ? all.filter((row) => row.attachment?.deviceIndex !== 0)
      : all;
  }

  #free(ctx: Context): string | undefined {
    const now = ctx.now();
    const isFree = (address: string): boolean => {
      if (this.#taken.has(address)) return false;
      const until = this.#cooling.get(address);
      if (until === undefined) return true;
      if (until > now) return false;
      this.#cooling.delete(address);
      return true;
    };
    for (const row of this.#carriers(ctx)) {
      const found = this.#options.ipv6 ? this.#free6(row) : row.secondaryIps.find(isFree);
      if (found !== undefined) return found;
      for (const prefix of this.#options.ipv6 ? [] : row.prefixes) {
        for (let i = 0; i < prefixSize; i += 1) {
          const address = nthAddress(prefix, i);
          if (isFree(address)) return address;
        }
      }
    }
    return undefined;
  }

  /** One /80 holds more addresses than a node has pods. */
  #free6(row: Row): string | undefined {
    const [prefix] = row.ipv6Prefixes;
    if (prefix === undefined) return undefined;
    for (let i = 0; i <= this.#taken.size + this.#cooling.size; i += 1) {
      const address = nthAddress(prefix, i);
      if (!this.#taken.has(address) && !this.#cooling.has(address)) return address;
    }
    return undefined;
  }

  /** Takes what the CNI's formula says, or as much as EC2 gives. */
  #adjust(ctx: Context, atLeast = 0): void {
    const { type, ipv6 } = this.#options;
    try {
      if (ipv6) this.#fill6(ctx);
      else {
        const settings = this.#options.settings();
        const limit = Math.min(settings.maxEni ?? type.enis, type.enis);
        const most = settings.customNetworking ? limit - 1 : limit;
        const each = type.ipv4PerEni - 1;
        const prefixes = settings.prefixDelegation && type.prefixes;
        const pods = Math.max(this.#used.size + this.#stillCooling(ctx.now()) + atLeast, 0);
        const wanted = wantedHolding(pods, each, Math.max(most, 0), { ...settings, prefixDelegation: prefixes });
        if (most > 0) this.#reach(ctx, wanted.interfaces, wanted.slots, each, prefixes);
      }
      this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#problem = { text: `${error.code}: ${error.message}`, at: Date.now() };
    }
  }

  #stillCooling(now: number): number {
    let cooling = 0;
    for (const until of this.#cooling.values()) if (until > now) cooling += 1;
    return cooling;
  }

  #fill6(ctx: Context): void {
    const [first] = this.#carriers(ctx);
    if (!first || first.ipv6Prefixes.length > 0) return;
    ctx.call("ec2", "AssignIpv6Addresses", { NetworkInterfaceId: first.id, Ipv6PrefixCount: 1 });
  }

  #reach(ctx: Context, interfaces: number, slots: number, each: number, prefixes: boolean): void {
    const held = (row: Row): number => row.secondaryIps.length + row.prefixes.length;
    const carriers = this.#carriers(ctx);
    let missing = slots - carriers.reduce((sum, row) => sum + held(row), 0);
    for (const row of carriers) {
      const here = Math.min(each - held(row), missing);
      if (here <= 0) continue;
      missing -= here;
      this.#assign(ctx, row.id, here, prefixes);
    }
    for (let at = carriers.length; at < interfaces && missing > 0; at += 1) {
      const here = Math.min(each, missing);
      missing -= here;
      this.#attach(ctx, here, prefixes);
    }
  }

  /** All at once; a single one when there are not so many. */
  #assign(ctx: Context, id: string, count: number, prefixes: boolean): void {
    const ask = (number: number): void => {
      const how = prefixes ? { Ipv4PrefixCount: number } : { SecondaryPrivateIpAddressCount: number };
      ctx.call("ec2", "AssignPrivateIpAddresses", { NetworkInterfaceId: id, ...how });
    };
    try {
      ask(count);
    } catch (error) {
      if (!(error instanceof AwsError) || count === 1) throw error;
      ask(1);
      throw error;
    }
  }

  #attach(ctx: Context, count: number, prefixes: boolean): void {
    const { instanceId, cluster } = this.#options;
    const rows = ctx.table(networkInterfaces).by("instance", instanceId);
    const indexes = new Set(rows.map((row) => row.attachment?.deviceIndex ?? 0));
    const primary = rows.find((row) => row.attachment?.deviceIndex === 0);
    const custom = this.#options.settings().customNetworking ? this.#options.eniConfig() : undefined;
    if (typeof custom === "string") throw new AwsError("ENIConfigNotFound", custom);
    const groups = custom?.securityGroups.length ? custom.securityGroups : primary?.groups;
    let index = 1;
    while (indexes.has(index)) index += 1;
    const made = ctx.attempt(() => {
      const { NetworkInterface: created } = ctx.call<CreateNetworkInterfaceResult>("ec2", "CreateNetworkInterface", {
        SubnetId: custom?.subnetId ?? primary?.subnetId ?? "",
        ...(groups?.length ? { Groups: [...groups] } : {}),
        Description: `aws-K8S-${instanceId}`,
        TagSpecifications: [
          {
            ResourceType: "network-interface",
            Tags: [
              { Key: "cluster.k8s.amazonaws.com/name", Value: cluster },
              { Key: "node.k8s.amazonaws.com/instance_id", Value: instanceId },
            ],
          },
        ],
      });
      const NetworkInterfaceId = created?.NetworkInterfaceId ?? "";
      const { AttachmentId } = ctx.call<{ AttachmentId?: string }>("ec2", "AttachNetworkInterface", {
        NetworkInterfaceId,
        InstanceId: instanceId,
        DeviceIndex: index,
      });
      ctx.call("ec2", "ModifyNetworkInterfaceAttribute", {
        NetworkInterfaceId,
        Attachment: { AttachmentId, DeleteOnTermination: true },
      });
      return NetworkInterfaceId;
    });
    this.#assign(ctx, made, count, prefixes);
  }

  /** Interfaces beyond need, on which no address is used or cools down, go back to the subnet, the last one first. */
  #shrink(ctx: Context): void {
    if (this.#options.ipv6) return;
    const settings = this.#options.settings();
    const each = this.#options.type.ipv4PerEni - 1;
    const pods = this.#used.size + this.#stillCooling(ctx.now());
    const prefixDelegation = settings.prefixDelegation && this.#options.type.prefixes;
    const wanted = wantedHolding(pods, each, this.#options.type.enis, { ...settings, prefixDelegation });
    const carriers = this.#carriers(ctx);
    while (carriers.length > wanted.interfaces) {
      const last = carriers.pop() as Row;
      if (last.attachment?.deviceIndex === 0 || this.#busy(last, ctx.now())) return;
      try {
        ctx.attempt(() => {
          ctx.call("ec2", "DetachNetworkInterface", { AttachmentId: last.attachment?.id, Force: true });
          ctx.call("ec2", "DeleteNetworkInterface", { NetworkInterfaceId: last.id });
        });
      } catch (error) {
        // It stays for now; the CNI tries again when the next pod goes.
        if (!(error instanceof AwsError)) throw error;
        return;
      }
    }
  }

  #busy(row: Row, now: number): boolean {
    const inUse = (address: string): boolean => this.#taken.has(address) || (this.#cooling.get(address) ?? 0) > now;
    const blocks = row.prefixes.map((prefix) => parseCidr(prefix));
    if (blocks.length > 0) {
      const addresses = row.prefixes.flatMap((prefix) =>
        Array.from({ length: prefixSize }, (_, i) => nthAddress(prefix, i)),
      );
      if (addresses.some(inUse)) return true;
    }
    return row.secondaryIps.some(inUse);
  }
}

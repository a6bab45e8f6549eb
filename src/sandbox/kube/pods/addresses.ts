// Addresses of pods on one node, as the VPC CNI takes them from the subnet: whole interfaces ahead of need, a cool-down
// for addresses that pods gave back. Secondary addresses; formulas in the CNI's eni-and-ip-target.md.
import type { CreateNetworkInterfaceResult, DescribeNetworkInterfacesResult } from "@aws-sdk/client-ec2";
import type { InstanceTypeFacts } from "../../../facts/index.ts";
import type { Context } from "../../aws/core/index.ts";
import { AwsError } from "../../aws/core/index.ts";

/** An address, or why there is none. */
export type AddressResult = { address: string } | { problem: string };

/** An address that a pod gave back isn't used again before (IP_COOLDOWN_PERIOD), virtual milliseconds. */
const coolDown = 30_000;

interface Interface {
  id: string;
  /** Secondary addresses: pods get these. */
  addresses: readonly string[];
}

export interface NodeAddressesOptions {
  instanceId: string;
  subnetId: string;
  /** A node of a type that nobody knows has the limits of the smallest. */
  type: Pick<InstanceTypeFacts, "enis" | "ipv4PerEni">;
  /** In the region of the node, as whoever runs the CNI there. */
  context(): Context;
  cluster: string;
}

export class NodeAddresses {
  readonly #options: NodeAddressesOptions;
  readonly #used: Map<string, string> = new Map();
  /** Address → virtual time from which it may be used again. */
  readonly #cooling: Map<string, number> = new Map();
  #interfaces: Interface[] | undefined;
  #problem: string | undefined;

  constructor(options: NodeAddressesOptions) {
    this.#options = options;
  }

  /** Addresses that pods have. */
  get used(): ReadonlyMap<string, string> {
    return this.#used;
  }

  /** A pod has this address already (it was there before this process). */
  adopt(uid: string, address: string): void {
    this.#used.set(uid, address);
  }

  /** An address for a pod; the same one when it asks again. */
  take(uid: string): AddressResult {
    const known = this.#used.get(uid);
    if (known) return { address: known };
    const ctx = this.#options.context();
    this.#grow(ctx);
    const address = this.#free(ctx.now());
    if (address === undefined) {
      const { instanceId } = this.#options;
      return { problem: this.#problem ?? `no free address on the interfaces of ${instanceId}` };
    }
    this.#used.set(uid, address);
    this.#cooling.delete(address);
    // One whole interface is kept ready.
    this.#grow(ctx);
    return { address };
  }

  /** The pod is gone. */
  giveBack(uid: string): void {
    const address = this.#used.get(uid);
    if (address === undefined) return;
    this.#used.delete(uid);
    this.#cooling.set(address, this.#options.context().now() + coolDown);
  }

  /** When the next cooling address can be used, virtual time; undefined when none is cooling. */
  nextFree(): number | undefined {
    return this.#cooling.size === 0 ? undefined : Math.min(...this.#cooling.values());
  }

  #free(now: number): string | undefined {
    const taken = new Set(this.#used.values());
    return (this.#interfaces ?? [])
      .flatMap(({ addresses }) => addresses)
      .find((address) => !taken.has(address) && (this.#cooling.get(address) ?? 0) <= now);
  }

  /** Attaches interfaces until there are as many as the CNI's formula says, or AWS refuses. */
  #grow(ctx: Context): void {
    const { enis, ipv4PerEni } = this.#options.type;
    const each = ipv4PerEni - 1;
    const interfaces = (this.#interfaces ??= this.#found(ctx));
    const cooling = [...this.#cooling.values()].filter((until) => until > ctx.now()).length;
    const wanted = Math.min(enis, Math.max(1, Math.ceil((this.#used.size + cooling + each) / each)));
    try {
      for (const [at, one] of interfaces.entries()) {
        if (at < wanted && one.addresses.length < each) this.#fill(ctx, at, each);
      }
      while (interfaces.length < wanted) interfaces.push(this.#attach(ctx, interfaces.length, each));
      this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#problem = `${error.code}: ${error.message}`;
    }
  }

  #found(ctx: Context): Interface[] {
    const { NetworkInterfaces = [] } = ctx.call<DescribeNetworkInterfacesResult>("ec2", "DescribeNetworkInterfaces", {
      Filters: [{ Name: "attachment.instance-id", Values: [this.#options.instanceId] }],
    });
    return [...NetworkInterfaces]
      .toSorted((a, b) => (a.Attachment?.DeviceIndex ?? 0) - (b.Attachment?.DeviceIndex ?? 0))
      .map((found) => ({
        id: found.NetworkInterfaceId ?? "",
        addresses: (found.PrivateIpAddresses ?? [])
          .filter(({ Primary }) => !Primary)
          .map(({ PrivateIpAddress = "" }) => PrivateIpAddress),
      }));
  }

  #fill(ctx: Context, at: number, count: number): void {
    const interfaces = this.#interfaces as Interface[];
    const one = interfaces[at] as Interface;
    ctx.call("ec2", "AssignPrivateIpAddresses", {
      NetworkInterfaceId: one.id,
      SecondaryPrivateIpAddressCount: count - one.addresses.length,
    });
    interfaces[at] = this.#found(ctx).find(({ id }) => id === one.id) ?? one;
  }

  #attach(ctx: Context, index: number, count: number): Interface {
    const { subnetId, instanceId, cluster } = this.#options;
    const { NetworkInterface } = ctx.attempt(() => {
      const made = ctx.call<CreateNetworkInterfaceResult>("ec2", "CreateNetworkInterface", {
        SubnetId: subnetId,
        Description: `aws-K8S-${instanceId}`,
        SecondaryPrivateIpAddressCount: count,
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
      const NetworkInterfaceId = made.NetworkInterface?.NetworkInterfaceId ?? "";
      ctx.call("ec2", "AttachNetworkInterface", {
        NetworkInterfaceId,
        InstanceId: instanceId,
        DeviceIndex: index,
      });
      ctx.call("ec2", "ModifyNetworkInterfaceAttribute", {
        NetworkInterfaceId,
        Attachment: { AttachmentId: attachmentOf(ctx, NetworkInterfaceId), DeleteOnTermination: true },
      });
      return made;
    });
    return {
      id: NetworkInterface?.NetworkInterfaceId ?? "",
      addresses: (NetworkInterface?.PrivateIpAddresses ?? [])
        .filter(({ Primary }) => !Primary)
        .map(({ PrivateIpAddress = "" }) => PrivateIpAddress),
    };
  }
}

function attachmentOf(ctx: Context, id: string): string {
  const { NetworkInterfaces } = ctx.call<DescribeNetworkInterfacesResult>("ec2", "DescribeNetworkInterfaces", {
    NetworkInterfaceIds: [id],
  });
  return NetworkInterfaces?.[0]?.Attachment?.AttachmentId ?? "";
}

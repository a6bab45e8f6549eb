// Public addresses: made up, associated, let go. Shared by the operations on them, NAT gateways and instances.
import type { Context } from "../../core/index.ts";
import type { NetworkInterface } from "./state.ts";
import { elasticAddresses } from "./state.ts";

/** An address of one of EC2's public ranges, in nobody's hands here. */
export function publicAddress(ctx: Context): string {
  const part = (): number => 1 + Math.floor(ctx.ids.random.next() * 254);
  for (;;) {
    const first = ["3", "18", "52", "54"][part() % 4];
    const address = `${first}.${part()}.${part()}.${part()}`;
    if (ctx.table(elasticAddresses).by("ip", address).length === 0) return address;
  }
}

/** Ties an address to one of an interface's own; returns the association's id. */
export function associateAddress(
  ctx: Context,
  allocationId: string,
  row: Readonly<NetworkInterface>,
  privateIp: string = row.privateIp,
): string {
  for (const other of ctx.table(elasticAddresses).by("interface", row.id))
    if (other.privateIp === privateIp) disassociateAddress(ctx, other.id);
  disassociateAddress(ctx, allocationId);
  const associationId = ctx.ids.ec2("eipassoc");
  const instanceId = row.attachment?.instanceId;
  ctx.table(elasticAddresses).update(allocationId, {
    associationId,
    interfaceId: row.id,
    privateIp,
    ...(instanceId ? { instanceId } : {}),
  });
  return associationId;
}

/** Lets an address go from whatever holds it; it stays allocated. */
export function disassociateAddress(ctx: Context, allocationId: string): void {
  const address = ctx.table(elasticAddresses).get(allocationId);
  if (!address?.associationId) return;
  const { id, publicIp, networkBorderGroup, tags } = address;
  ctx.table(elasticAddresses).put(id, { id, publicIp, networkBorderGroup, tags });
}

/** Lets all addresses of an interface go: it is being deleted. */
export function disassociateInterface(ctx: Context, interfaceId: string): void {
  for (const address of ctx.table(elasticAddresses).by("interface", interfaceId)) disassociateAddress(ctx, address.id);
}

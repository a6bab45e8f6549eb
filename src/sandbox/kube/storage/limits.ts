// How many volumes can be attached to an instance beside what it has already, as the EBS CSI driver reckons it.
import type { Context } from "../../aws/core/index.ts";
import { networkInterfaces } from "../../aws/services/ec2/state.ts";
import type { NodeSpec } from "../nodes/membership.ts";

/** Nitro shares so many attachments between volumes, interfaces and local disks; Xen has them for volumes alone. */
const nitroAttachments = 28;
const xenVolumes = 39;

/** Number that the driver reports for a node when it starts there. */
export function attachableVolumes(ctx: Context, node: NodeSpec): number {
  if (node.type?.hypervisor === "xen") return xenVolumes;
  const interfaces = ctx.table(networkInterfaces).by("instance", node.instanceId).length;
  const localDisks = node.type?.nvmeGB ? 1 : 0;
  const root = 1;
  return Math.max(1, nitroAttachments - Math.max(interfaces, 1) - localDisks - root);
}

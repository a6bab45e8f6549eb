// Physical names, stack ids and the rest of CloudFormation's own identifiers.
import type { Context } from "../../core/index.ts";

const lower = "abcdefghijklmnopqrstuvwxyz0123456789";
const mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * `<stack>-<logical id>-<12 characters>`: the stack's name is cut so that the whole fits, the logical id when it must be.
 *
 * @param limits longest name (default 255), and whether the service wants lower case
 */
export function generatedName(
  ctx: Context,
  stackName: string,
  logicalId: string,
  limits: { max?: number; lower?: boolean } = {},
): string {
  const max = limits.max ?? 255;
  const suffix = ctx.ids.random.text(limits.lower ? lower : mixed, 12);
  const room = max - suffix.length - 2;
  let [stack, id] = [stackName, logicalId];
  if (stack.length + id.length > room) {
    id = id.slice(0, Math.max(Math.floor(room / 2), room - stack.length));
    stack = stack.slice(0, room - id.length);
  }
  const name = `${stack}-${id}-${suffix}`;
  return limits.lower ? name.toLowerCase() : name;
}

/** A stack's id. */
export function stackArn(ctx: Context, name: string, uuid: string): string {
  return `arn:${ctx.partition}:cloudformation:${ctx.region}:${ctx.account}:stack/${name}/${uuid}`;
}

/** A change set's id. */
export function changeSetArn(ctx: Context, name: string, uuid: string): string {
  return `arn:${ctx.partition}:cloudformation:${ctx.region}:${ctx.account}:changeSet/${name}/${uuid}`;
}

/** `amazonaws.com`, or what the partition has instead. */
export function urlSuffix(partition: string): string {
  const other: Record<string, string> = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
  };
  return other[partition] ?? "amazonaws.com";
}

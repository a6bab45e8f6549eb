// One operation of EKS tried out: what it does when it works, and what it is refused with.
import type { World } from "../testing.ts";

export interface OperationCase {
  /** What must be there besides the cluster `prod` (1.34, API_AND_CONFIG_MAP). */
  given?: (here: World) => unknown;
  input: object | ((here: World) => object);
  /** What shows that it worked; default: its answer. */
  effect?: (here: World, answer: never) => unknown;
  /** The effect holds at least this. */
  shows: unknown;
  /** After that: an input that AWS refuses, and its code. */
  refused: readonly [input: object | ((here: World) => object), code: string];
}

/** A path into what an operation answers: `ask(here, "DescribeAddon", {…}, "addon", "status")`. */
export function ask(here: World, operation: string, input: object, ...path: readonly string[]): unknown {
  let value: unknown = here.eks<unknown>(operation, input);
  for (const member of path) value = (value as Record<string, unknown> | undefined)?.[member];
  return value;
}

/** Names the cluster that nobody has made. */
export const noCluster = { name: "none", clusterName: "none" } as const;

/** A role that a service may assume; its ARN. */
export function roleFor(here: World, RoleName: string, Service: string): string {
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: ["sts:AssumeRole", "sts:TagSession"] }],
  });
  const made = here.call<{ Role: { Arn: string } }>("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
  return made.Role.Arn;
}

// The first line of every command that talks to an account: what, where, as whom.
import type { Aws } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { paint } from "./render/style.ts";
import type { Target } from "./target.ts";

/** `plan production · eu-central-1 · account 123456789012 · sandbox http://127.0.0.1:4566`, on stderr. */
export async function printHeader(invocation: Invocation, what: string, aws: Aws, target: Target): Promise<void> {
  const { stderr } = invocation.terminal;
  const { account } = await aws.identity();
  const line = [what, aws.region, `account ${account}`, target.label].join(" · ");
  stderr.write(`${paint(stderr, "strong", line)}\n`);
}

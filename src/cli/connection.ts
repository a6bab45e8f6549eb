// An open door to the account of a command, closed when the command ends.
import type { Aws } from "../lotse.ts";
import { connect } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import type { Target } from "./target.ts";
import { resolveTarget } from "./target.ts";

/** Resolves the target, opens it, runs `body`, and closes it. With --debug every call is told. */
export async function withAws<T>(
  invocation: Invocation,
  fileRegion: string | undefined,
  body: (aws: Aws, target: Target) => Promise<T>,
): Promise<T> {
  const target = await resolveTarget(invocation, fileRegion);
  const { host, signal } = invocation;
  const aws = await connect({
    ...target.open,
    signal,
    // Two tries more are everyday life under load; from the third on a person wants to know what is being waited for.
    retrying: ({ service, operation, attempt, error }) => {
      if (attempt < 3) return;
      const text = `${service}.${operation} is tried again (${attempt}): ${error}`;
      host.emit({ level: "warn", code: "aws/retrying", text });
    },
    trace: ({ service, operation, retries, ms, error }) => {
      const parts = [
        `${service}.${operation}`,
        `${ms.toFixed(0)} ms`,
        retries > 0 ? `${retries} retries` : "",
        error ?? "",
      ];
      host.emit({ level: "debug", code: "aws/call", text: parts.filter(Boolean).join(" · ") });
    },
  });
  try {
    return await body(aws, target);
  } finally {
    aws.close();
  }
}

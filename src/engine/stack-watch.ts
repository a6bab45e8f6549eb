// Watching a stack: its events as they come, its end state, and the one event that caused a failure.
import { LotseError } from "../base/index.ts";
import { allPages, waitFor, isGone, type Output } from "../aws/index.ts";
import { readStack, type FoundStack, type Step } from "../plan/index.ts";
import type { Crew } from "./crew.ts";

type StackEvent = NonNullable<Output<"cloudformation", "DescribeStackEvents">["StackEvents"]>[number];

/** Longer than anything that a stack of a cluster takes; AWS ends most waits of its own before. */
const stackTimeout = 90 * 60;

const isStackItself = (event: StackEvent): boolean => event.PhysicalResourceId === event.StackId;

/** Events newer than `seen`, and of the operation under way only, oldest first. */
async function newEvents(crew: Crew, stackId: string, seen: Set<string>): Promise<StackEvent[]> {
  const fresh: StackEvent[] = [];
  try {
    await allPages(async (token) => {
      const page = await crew.aws.call("cloudformation", "DescribeStackEvents", {
        StackName: stackId,
        ...(token !== undefined && { NextToken: token }),
      });
      for (const event of page.StackEvents ?? []) {
        if (seen.has(event.EventId ?? "")) return { items: [], next: undefined };
        seen.add(event.EventId ?? "");
        fresh.push(event);
        // Where this operation began: what is older belongs to earlier ones.
        if (isStackItself(event) && /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(event.ResourceStatus ?? ""))
          return { items: [], next: undefined };
      }
      return { items: [], next: page.NextToken };
    });
  } catch (error) {
    // A stack that is gone has no events; its end state is asked for elsewhere.
    if (!isGone(error)) throw error;
  }
  return fresh.toReversed();
}

/** True for a resource that failed by itself, not because others did. */
function isFailure(event: StackEvent): boolean {
  if (isStackItself(event) || !(event.ResourceStatus ?? "").endsWith("_FAILED")) return false;
  return !/cancell?ed/i.test(event.ResourceStatusReason ?? "");
}

export interface Cause {
  logicalId: string;
  type: string;
  status: string;
  reason: string;
}

function causeOf(event: StackEvent): Cause {
  const reason = event.ResourceStatusReason ?? "no reason given";
  // The handler's own words without CloudFormation's wrapping.
  const message = /Resource handler returned message: "(.*?)"(?: \(RequestToken|$)/s.exec(reason)?.[1] ?? reason;
  return {
    logicalId: event.LogicalResourceId ?? "",
    type: event.ResourceType ?? "",
    status: event.ResourceStatus ?? "",
    reason: message,
  };
}

export interface StackEnd {
  /** Absent: the stack is gone. */
  stack?: FoundStack;
  status: string;
  /** The earliest failure that isn't a consequence of another. */
  cause?: Cause;
}

function tell(crew: Crew, step: Step, stackName: string, event: StackEvent): void {
  const {
    LogicalResourceId: id,
    ResourceType: type,
    ResourceStatus: status = "",
    ResourceStatusReason: reason,
  } = event;
  // What is cancelled because another failed is no failure of its own.
  const failed = isFailure(event);
  crew.host.emit({
    level: failed ? "warn" : "info",
    code: failed ? "engine/resource-failed" : "engine/step-progress",
    text: `${id} ${status}${reason === undefined ? "" : `: ${reason}`}`,
    subject: step.id,
    data: {
      step: step.id,
      stack: stackName,
      resource: id,
      type,
      status,
      ...(reason !== undefined && { reason }),
      ...(event.Timestamp && { at: event.Timestamp.toISOString() }),
    },
  });
}

/**
 * Waits until nothing is under way any more, telling every event on the way. Events are read before the state: both are
 * then of the same moment or the state is the newer one.
 */
export async function watchStack(crew: Crew, step: Step, stackName: string, stackId: string): Promise<StackEnd> {
  const seen = new Set<string>();
  let cause: Cause | undefined;
  const readEvents = async (): Promise<void> => {
    for (const event of await newEvents(crew, stackId, seen)) {
      if (!isStackItself(event)) tell(crew, step, stackName, event);
      if (!cause && isFailure(event)) cause = causeOf(event);
    }
  };
  const end = await waitFor<StackEnd>(
    async () => {
      await readEvents();
      const stack = await readStack(crew.aws, stackId);
      if (!stack) return { status: "DELETE_COMPLETE" };
      return stack.status.endsWith("_IN_PROGRESS") ? undefined : { stack, status: stack.status };
    },
    { what: `stack ${stackName}`, timeout: stackTimeout, signal: crew.signal },
  );
  await readEvents();
  return cause ? { ...end, cause } : end;
}

const remedies: Readonly<Record<string, string>> = {
  ROLLBACK_COMPLETE: "Remove the cause and run lotse apply again: it replaces the failed stack and goes on",
  UPDATE_ROLLBACK_FAILED:
    "CloudFormation can neither go on nor back: remove the cause and run lotse apply again, which continues the rollback first",
  UPDATE_ROLLBACK_COMPLETE: "Everything in it is as it was before; remove the cause and run lotse apply again",
};

/** What is thrown when a stack didn't end where it should. */
export function stackFailure(
  stackName: string,
  end: StackEnd,
  doing: "Making" | "Updating" | "Deleting" | "Rolling back",
): LotseError {
  const { cause, stack } = end;
  const why = cause
    ? `${cause.logicalId} (${cause.type}): ${cause.reason}`
    : (stack?.statusReason ?? "CloudFormation gives no reason");
  return new LotseError("engine/stack-failed", {
    title: `${doing} stack ${stackName} failed at ${why}`,
    detail: `The stack is in ${end.status}`,
    subject: stack?.id ?? stackName,
    blame: "aws",
    // Also while deleting: the same command goes on, whichever it was.
    remedy: remedies[end.status] ?? "Remove the cause and run the same command again: it goes on where it stopped",
    data: { stack: stackName, status: end.status, ...(cause && { cause }) },
  });
}

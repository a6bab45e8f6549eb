// CloudFormation: making, replacing, updating and deleting one stack, from whatever state it is found in.
import { LotseError } from "../../base/index.ts";
import { isExisting, isGone, waitFor } from "../../aws/index.ts";
import { readStack, type FoundStack, type Step, type Work } from "../../plan/index.ts";
import type { DesiredStack } from "../../stacks/index.ts";
import type { Crew } from "../crew.ts";
import { stackFailure, watchStack } from "../stack-watch.ts";
import { sweepOrphans } from "../orphans.ts";

const usable = /^(CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|IMPORT_COMPLETE|IMPORT_ROLLBACK_COMPLETE)$/;

/** States are left after at most this many turns: rolled back → deleting → gone → creating → there. */
const turns = 6;

const uniqueTags = (tags: readonly { Key: string; Value: string }[]): { Key: string; Value: string }[] =>
  [...new Map(tags.map(({ Key, Value }) => [Key, Value]))].map(([Key, Value]) => ({ Key, Value }));

/** What CreateStack is told. */
type NewStack = Pick<DesiredStack, "stackName" | "template" | "capabilities" | "tags" | "enableTerminationProtection">;

/** A stack that is all in its step. */
export const newStack = (work: Extract<Work, { do: "copy-stack" }>): Promise<NewStack> =>
  Promise.resolve({ ...work, stackName: work.stack, enableTerminationProtection: false });

async function submit(crew: Crew, stack: NewStack): Promise<string> {
  try {
    const { StackId } = await crew.aws.call("cloudformation", "CreateStack", {
      StackName: stack.stackName,
      TemplateBody: JSON.stringify(stack.template),
      Capabilities: [...stack.capabilities],
      Tags: uniqueTags(stack.tags),
      EnableTerminationProtection: stack.enableTerminationProtection,
      DisableRollback: false,
    });
    return StackId ?? stack.stackName;
  } catch (error) {
    // The reply to an earlier try was lost, or somebody else is as quick: it is watched like our own.
    if (isExisting(error)) return stack.stackName;
    throw error;
  }
}

/** Makes a stack, or goes on with what is there of it. */
export async function ensureStack(
  crew: Crew,
  step: Step,
  name: string,
  render: () => Promise<NewStack> = () => crew.render(name),
): Promise<void> {
  let submitted = false;
  for (let turn = 0; turn < turns; turn += 1) {
    const existing = await readStack(crew.aws, name);
    if (existing && usable.test(existing.status)) {
      if (!submitted) crew.adopted(step);
      return;
    }
    if (existing && (!existing.status.endsWith("_IN_PROGRESS") || existing.status === "REVIEW_IN_PROGRESS")) {
      crew.progress(step, `Stack ${name} is in ${existing.status}; it is deleted and made anew`);
      await deleteStack(crew, step, name);
      continue;
    }
    const adopts = existing?.status === "CREATE_IN_PROGRESS";
    if (adopts) crew.adopted(step);
    const id = existing?.id ?? (await submit(crew, await render()));
    submitted = true;
    const end = await watchStack(crew, step, name, id);
    if (end.status === "CREATE_COMPLETE") return;
    if (!existing || adopts) throw stackFailure(name, end, "Making");
    submitted = false;
  }
  throw new LotseError("engine/stack-restless", {
    title: `Stack ${name} changes its state all the time; somebody else works on it`,
    blame: "aws",
    remedy: "Wait until it is quiet and run lotse apply again",
  });
}

/** Deletes a stack and everything in it; a stack that isn't there is deleted already. */
export async function deleteStack(crew: Crew, step: Step, name: string): Promise<void> {
  const existing = await readStack(crew.aws, name);
  if (!existing || existing.status === "DELETE_COMPLETE") return;
  let end = await deleteOnce(crew, step, existing);
  if (end.status === "DELETE_FAILED" && (await sweepOrphans(crew, step, existing)))
    end = await deleteOnce(crew, step, existing);
  if (end.status !== "DELETE_COMPLETE") throw stackFailure(name, end, "Deleting");
}

async function deleteOnce(crew: Crew, step: Step, found: FoundStack): Promise<Awaited<ReturnType<typeof watchStack>>> {
  let stack: FoundStack | undefined = found;
  if (
    stack.status.endsWith("_IN_PROGRESS") &&
    stack.status !== "DELETE_IN_PROGRESS" &&
    stack.status !== "REVIEW_IN_PROGRESS"
  ) {
    stack = (await watchStack(crew, step, stack.name, stack.id)).stack;
  }
  // Its state may be another since it was found: an earlier run's deletion may be through.
  stack = await readStack(crew.aws, found.id);
  if (!stack || stack.status === "DELETE_COMPLETE") return { status: "DELETE_COMPLETE" };
  if (stack.status !== "DELETE_IN_PROGRESS") {
    try {
      if (stack.terminationProtection) {
        await crew.aws.call("cloudformation", "UpdateTerminationProtection", {
          StackName: stack.name,
          EnableTerminationProtection: false,
        });
      }
      await crew.aws.call("cloudformation", "DeleteStack", { StackName: stack.name });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return watchStack(crew, step, stack.name, stack.id);
}

async function settled(crew: Crew, step: Step, name: string): Promise<FoundStack> {
  let stack = await readStack(crew.aws, name);
  if (stack && stack.status.endsWith("_IN_PROGRESS")) {
    crew.adopted(step);
    stack = (await watchStack(crew, step, name, stack.id)).stack;
  }
  if (stack?.status === "UPDATE_ROLLBACK_FAILED") {
    await crew.aws.call("cloudformation", "ContinueUpdateRollback", { StackName: name });
    const end = await watchStack(crew, step, name, stack.id);
    stack = end.stack;
    if (end.status === "UPDATE_ROLLBACK_FAILED") throw stackFailure(name, end, "Rolling back");
  }
  if (!stack || !usable.test(stack.status)) {
    throw new LotseError("engine/stack-not-updatable", {
      title: `Stack ${name} is ${stack ? `in ${stack.status}` : "gone"} and can't be updated`,
      blame: "aws",
      remedy: "Run lotse plan to see what it takes now",
    });
  }
  return stack;
}

/** Resources of which an update must never make a second: everything else hangs on them. */
const irreplaceable = new Set(["AWS::EKS::Cluster", "AWS::EC2::VPC", "AWS::EC2::Subnet"]);

type ChangeSetWork = Extract<Work, { do: "update-stack" }>;

/** Makes a change set and waits for it; undefined when CloudFormation sees nothing to change. */
async function changeSet(crew: Crew, work: ChangeSetWork): Promise<string | undefined> {
  const name = `eksctl-update-${Date.now()}`;
  const target = { StackName: work.stack, ChangeSetName: name };
  try {
    await crew.aws.call("cloudformation", "CreateChangeSet", {
      ...target,
      ChangeSetType: "UPDATE",
      Description: "updated by lotse",
      TemplateBody: JSON.stringify(work.template),
      Capabilities: work.capabilities,
      Tags: uniqueTags(work.tags),
    });
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  const made = await waitFor(
    async () => {
      const set = await crew.aws.call("cloudformation", "DescribeChangeSet", target);
      return set.Status === "CREATE_COMPLETE" || set.Status === "FAILED" ? set : undefined;
    },
    { what: `change set ${name} of stack ${work.stack}`, timeout: 600, signal: crew.signal },
  );
  const bad = (made.Changes ?? []).find(
    ({ ResourceChange: change }) =>
      irreplaceable.has(change?.ResourceType ?? "") && (change?.Action === "Remove" || change?.Replacement === "True"),
  );
  if (made.Status === "FAILED" || bad) await crew.aws.call("cloudformation", "DeleteChangeSet", target);
  if (made.Status === "FAILED") {
    if (/didn't contain changes|no updates are to be performed/i.test(made.StatusReason ?? "")) return undefined;
    throw new LotseError("engine/change-set-failed", {
      title: `CloudFormation refuses the change of stack ${work.stack}: ${made.StatusReason ?? "no reason given"}`,
      blame: "aws",
    });
  }
  if (bad) {
    throw new LotseError("engine/would-replace", {
      title: `CloudFormation would replace ${bad.ResourceChange?.LogicalResourceId} (${bad.ResourceChange?.ResourceType}) of stack ${work.stack}; nothing was changed`,
      blame: "lotse",
      remedy: "Report this with the output of lotse plan -o json",
    });
  }
  return name;
}

/** Updates a stack by change set. */
export async function updateStack(crew: Crew, step: Step, work: ChangeSetWork): Promise<void> {
  const stack = await settled(crew, step, work.stack);
  const name = await changeSet(crew, work);
  if (name === undefined) return;
  await crew.aws.call("cloudformation", "ExecuteChangeSet", { StackName: work.stack, ChangeSetName: name });
  const end = await watchStack(crew, step, work.stack, stack.id);
  if (end.status !== "UPDATE_COMPLETE") throw stackFailure(work.stack, end, "Updating");
}

/** Deletes and makes a stack whose resources can't take a change. */
export async function replaceStack(crew: Crew, step: Step, name: string): Promise<void> {
  const stack = await crew.render(name);
  await deleteStack(crew, step, name);
  await ensureStack(crew, step, stack.stackName);
}

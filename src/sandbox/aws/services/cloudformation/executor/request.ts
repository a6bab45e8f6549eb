// Makes what a resource's handler works with.
import type { Context, Principal } from "../../../core/index.ts";
import { servicePrincipal } from "../../../core/index.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { isNotFound, isTransient } from "../handler-errors.ts";
import { generatedName } from "../names.ts";
import type { ResourceRow, StackRow } from "../state.ts";
import { operations, stacks } from "../state.ts";
import type { ResourceDeclaration } from "../template/model.ts";
import { resourceEvent } from "./events.ts";

/** How often a handler repeats one call that was throttled or met a fault of the service, as an SDK does. */
const attempts = 8;

/** Calls an operation, again when the service was only busy. */
function patiently<T>(body: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return body();
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error;
    }
  }
}

export interface Subject {
  row: Pick<ResourceRow, "stackId" | "logicalId" | "type"> & Partial<ResourceRow>;
  properties: object;
  declaration?: ResourceDeclaration | undefined;
  memo?: unknown;
  remember?: (memo: object) => void;
}

/** The request that `handler` gets for a resource. */
export function resourceRequest(ctx: Context, handler: ResourceHandler, subject: Subject): ResourceRequest {
  const { row } = subject;
  const stack = ctx.table(stacks).get(row.stackId) as StackRow;
  const as = ctx.as(actor(ctx, row.stackId));
  const call = <Output>(service: string, operation: string, input: object): Output =>
    patiently(() => as.call<Output>(service, operation, input));
  return {
    type: row.type,
    logicalId: row.logicalId,
    stackId: row.stackId,
    stackName: stack.name,
    properties: subject.properties as Record<string, unknown>,
    physicalId: row.physicalId ?? "",
    policies: {
      ...(subject.declaration?.UpdatePolicy ? { update: subject.declaration.UpdatePolicy } : {}),
      ...(subject.declaration?.CreationPolicy ? { creation: subject.declaration.CreationPolicy } : {}),
    },
    memo: subject.memo,
    ctx: as,
    call: (operation, input) => call(handler.service, operation, input),
    callOther: (service, operation, input) => call(service, operation, input),
    find: (operation, input) => {
      try {
        return call(handler.service, operation, input);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    generatedName: (limits) => generatedName(ctx, stack.name, row.logicalId, limits),
    remember: (memo) => subject.remember?.(memo),
    say: (reason) => {
      const { attributes = {}, properties = {}, dependsOn = [] } = row;
      const status = row.status === "CREATE_IN_PROGRESS" ? row.status : "UPDATE_IN_PROGRESS";
      resourceEvent(ctx, { ...row, attributes, properties, dependsOn, status }, { reason, detached: true });
    },
  };
}

/** Who makes a stack's resources: whoever changes the stack, by way of CloudFormation. */
function actor(ctx: Context, stackId: string): Principal {
  const principal = ctx.table(operations).get(stackId)?.principal ?? ctx.principal;
  return principal.type === "AWSService" ? principal : { ...principal, invokedBy: host };
}

/** Calls of CloudFormation in its own name: it alone may put on tags that start with `aws:`. */
export function ownCall(ctx: Context, handler: ResourceHandler): ResourceRequest["call"] {
  const own = ctx.as(servicePrincipal(host, ctx.account));
  return (operation, input) => patiently(() => own.call(handler.service, operation, input));
}

const host = "cloudformation.amazonaws.com";

/** The tags that CloudFormation puts on whatever it makes. */
export function ownTags(
  row: Pick<ResourceRow, "stackId" | "logicalId">,
  stackName: string,
): { Key: string; Value: string }[] {
  return [
    { Key: "aws:cloudformation:stack-name", Value: stackName },
    { Key: "aws:cloudformation:stack-id", Value: row.stackId },
    { Key: "aws:cloudformation:logical-id", Value: row.logicalId },
  ];
}

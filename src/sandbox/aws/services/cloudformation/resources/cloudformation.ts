// CloudFormation's own types: nested stacks, wait conditions; and AWS::CDK::Metadata, which makes nothing.
import type { DescribeStacksOutput, Stack } from "@aws-sdk/client-cloudformation";
import { pick } from "../adapter.ts";
import type { ResourceHandler, ResourceRequest, Stability } from "../handler.ts";
import { NeedsReplacement, resource } from "../handler.ts";
import type { StackRow } from "../state.ts";
import { signals, stacks } from "../state.ts";
import { AwsError } from "../../../core/index.ts";

interface NestedProperties {
  TemplateURL?: string;
  Parameters?: Record<string, string>;
  NotificationARNs?: string[];
  TimeoutInMinutes?: number;
  Tags?: { Key: string; Value: string }[];
}

function childOf(request: Pick<ResourceRequest, "find" | "physicalId">): Stack | undefined {
  // A stack that isn't there is a ValidationError of DescribeStacks, so the list of the rows is asked by id.
  return request.find<DescribeStacksOutput>("DescribeStacks", { StackName: request.physicalId })?.Stacks?.[0];
}

function parametersOf(properties: NestedProperties): object {
  const entries = Object.entries(properties.Parameters ?? {});
  return { Parameters: entries.map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })) };
}

function inputOf(request: ResourceRequest<NestedProperties>): object {
  const { properties } = request;
  return {
    ...pick({ ...properties }, ["TemplateURL", "NotificationARNs", "Tags"]),
    ...parametersOf(properties),
    Capabilities: ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
  };
}

const nestedStack = resource<NestedProperties>("AWS::CloudFormation::Stack", "cloudformation", {
  seconds: 2,
  create(request) {
    const { StackId } = request.call<{ StackId?: string }>("CreateStack", {
      ...inputOf(request),
      StackName: request.generatedName({ max: 128 }),
      DisableRollback: true,
      ...pick({ ...request.properties }, ["TimeoutInMinutes"]),
    });
    const table = request.ctx.table(stacks);
    const parent = table.get(request.stackId) as StackRow;
    table.update(StackId ?? "", { parentId: parent.id, rootId: parent.rootId ?? parent.id });
    return StackId ?? "";
  },
  stable(request): Stability {
    const found = childOf(request);
    const status = found?.StackStatus ?? "";
    const embedded = `Embedded stack ${request.physicalId} was not successfully`;
    if (status === "CREATE_FAILED") return { failed: `${embedded} created: ${found?.StackStatusReason ?? ""}` };
    if (/^(UPDATE_ROLLBACK_COMPLETE|UPDATE_ROLLBACK_FAILED|UPDATE_FAILED)$/.test(status)) {
      return { failed: `${embedded} updated. Currently in ${status} with reason: ${found?.StackStatusReason ?? ""}` };
    }
    return status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE";
  },
  read(request) {
    const found = childOf(request);
    if (!found || found.StackStatus === "DELETE_COMPLETE") return undefined;
    const outputs = (found.Outputs ?? []).map(
      (output) => [`Outputs.${output.OutputKey ?? ""}`, output.OutputValue] as const,
    );
    return { StackId: found.StackId, StackStatus: found.StackStatus, ...Object.fromEntries(outputs) };
  },
  update(request) {
    try {
      request.call("UpdateStack", { StackName: request.physicalId, ...inputOf(request) });
    } catch (error) {
      // The template at the URL, or what it says, is still the same.
      if (!(error instanceof AwsError && error.message === "No updates are to be performed.")) throw error;
    }
  },
  delete(request) {
    request.call("DeleteStack", { StackName: request.physicalId });
  },
  gone(request): Stability {
    const found = childOf(request);
    if (found?.StackStatus === "DELETE_FAILED") return { failed: found.StackStatusReason ?? "" };
    return !found || found.StackStatus === "DELETE_COMPLETE";
  },
});

const waitConditionHandle = resource("AWS::CloudFormation::WaitConditionHandle", "cloudformation", {
  create({ ctx, stackId, logicalId }) {
    const key = encodeURIComponent(`${stackId}/${logicalId}`);
    return `https://cloudformation-waitcondition-${ctx.region}.s3.${ctx.region}.amazonaws.com/${key}?X-Amz-Signature=${ctx.ids.hex(64)}`;
  },
  read: (request) => ({ Id: request.physicalId }),
  update() {
    throw new NeedsReplacement();
  },
  delete: () => undefined,
});

interface WaitProperties {
  Count?: number;
  Handle?: string;
  Timeout?: string;
}

/** Signals come by SignalResource: nothing answers at a handle's address. */
const waitCondition = resource<WaitProperties>("AWS::CloudFormation::WaitCondition", "cloudformation", {
  create: (request) =>
    `${request.stackId.replace(/:stack\/.*/, ":waitcondition")}/${request.stackName}/${request.logicalId}`,
  stable(request): Stability {
    const { Count = 1, Timeout = "43200" } = request.properties;
    const signal = (request.policies.creation as { ResourceSignal?: { Count?: number; Timeout?: string } } | undefined)
      ?.ResourceSignal;
    const wanted = Number(signal?.Count ?? Count);
    const received = request.ctx.table(signals).by("resource", `${request.stackId}|${request.logicalId}`);
    if (received.some((one) => one.status === "FAILURE")) return { failed: "Received FAILURE signal" };
    if (received.length >= wanted) return true;
    const since = (request.memo as { since?: number } | undefined)?.since ?? request.ctx.now();
    if ((request.ctx.now() - since) / 1000 >= Number(Timeout)) {
      return { failed: `WaitCondition timed out. Received ${received.length} conditions when expecting ${wanted}` };
    }
    return { memo: { since } };
  },
  read: (request) => ({ Id: request.physicalId, Data: "{}" }),
  delete: () => undefined,
});

const cdkMetadata = resource("AWS::CDK::Metadata", "cloudformation", {
  create: (request) => request.ctx.ids.uuid(),
  read: () => ({}),
  update: () => undefined,
  delete: () => undefined,
});

export const cloudFormationTypes: readonly ResourceHandler[] = [
  nestedStack,
  waitConditionHandle,
  waitCondition,
  cdkMetadata,
];

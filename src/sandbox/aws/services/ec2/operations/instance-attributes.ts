// Attributes of instances, read and changed one by one.
import type {
  DescribeInstanceAttributeRequest,
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult,
  InstanceAttribute,
  InstanceBlockDeviceMappingSpecification,
  ModifyInstanceAttributeRequest,
  ModifyInstanceCreditSpecificationRequest,
  ModifyInstanceCreditSpecificationResult,
  ModifyInstanceMetadataOptionsRequest,
  ModifyInstanceMetadataOptionsResult,
  MonitorInstancesRequest,
  MonitorInstancesResult,
  UnmonitorInstancesRequest,
  UnmonitorInstancesResult,
  UnsuccessfulInstanceCreditSpecificationItem,
} from "@aws-sdk/client-ec2";
import { instanceType } from "../../../../../facts/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { refuseIdsWithPages } from "../describe.ts";
import { invalidValue } from "../errors.ts";
import { interfaceGroups } from "../interfaces.ts";
import { find, instanceKind, required, volumeKind } from "../kinds.ts";
import { instanceItem } from "../render-instance.ts";
import { groupItems } from "../render-interface.ts";
import type { Instance } from "../state.ts";
import { instances, networkInterfaces, volumes } from "../state.ts";

type Reader = (row: Readonly<Instance>, ctx: Context) => InstanceAttribute;
const readers: Readonly<Record<string, Reader>> = {
  instanceType: (row) => ({ InstanceType: { Value: row.type } }),
  userData: (row) => ({ UserData: row.userData === undefined ? {} : { Value: row.userData } }),
  disableApiTermination: (row) => ({ DisableApiTermination: { Value: row.terminationProtection } }),
  disableApiStop: (row) => ({ DisableApiStop: { Value: row.stopProtection } }),
  instanceInitiatedShutdownBehavior: (row) => ({ InstanceInitiatedShutdownBehavior: { Value: row.shutdownBehavior } }),
  rootDeviceName: (row) => ({ RootDeviceName: { Value: row.rootDevice } }),
  blockDeviceMapping: (row, ctx) => ({ BlockDeviceMappings: instanceItem(row, ctx).BlockDeviceMappings }),
  sourceDestCheck: (row) => ({ SourceDestCheck: { Value: row.sourceDestCheck } }),
  groupSet: (row, ctx) => ({
    Groups: groupItems(ctx, ctx.table(networkInterfaces).by("instance", row.id)[0]?.groups ?? []),
  }),
  ebsOptimized: (row) => ({ EbsOptimized: { Value: row.ebsOptimized } }),
  enaSupport: () => ({ EnaSupport: { Value: true } }),
  enclaveOptions: (row) => ({ EnclaveOptions: { Enabled: row.enclave } }),
  productCodes: () => ({ ProductCodes: [] }),
  // Attributes of paravirtual times, which instances of today don't have.
  kernel: () => ({ KernelId: {} }),
  ramdisk: () => ({ RamdiskId: {} }),
  sriovNetSupport: () => ({ SriovNetSupport: {} }),
};

function needsStopped(row: Readonly<Instance>, attribute: string): void {
  if (row.state !== "stopped")
    throw new AwsError(
      "IncorrectInstanceState",
      `The instance '${row.id}' is not in the 'stopped' state: its ${attribute} cannot be changed.`,
    );
}

/** Whether a volume goes with its instance: kept with the instance and with the volume. */
function setDeleteOnTermination(ctx: Context, id: string, mapping: InstanceBlockDeviceMappingSpecification): void {
  const row = find(ctx, instanceKind, id, "instanceId");
  const held = row.volumes.find(({ device }) => device === mapping.DeviceName);
  if (!held)
    throw new AwsError(
      "InvalidInstanceAttributeValue",
      `No device is currently mapped at ${mapping.DeviceName ?? "null"}`,
    );
  const deleteOnTermination = mapping.Ebs?.DeleteOnTermination ?? held.deleteOnTermination;
  ctx.table(instances).update(id, {
    volumes: row.volumes.map((one) => (one === held ? { ...one, deleteOnTermination } : one)),
  });
  const { attachment } = find(ctx, volumeKind, held.volumeId, "volumeId");
  if (attachment) ctx.table(volumes).update(held.volumeId, { attachment: { ...attachment, deleteOnTermination } });
}

function setMonitoring(ctx: Context, ids: readonly string[] | undefined, monitoring: boolean): MonitorInstancesResult {
  const State = monitoring ? "pending" : "disabling";
  return {
    InstanceMonitorings: required(ids, "instanceIds").map((id) => {
      const row = find(ctx, instanceKind, id, "instanceId");
      ctx.table(instances).update(row.id, { monitoring });
      return { InstanceId: row.id, Monitoring: { State } };
    }),
  };
}

export const instanceAttributeOperations: Readonly<Record<string, Operation>> = {
  DescribeInstanceAttribute: operation<DescribeInstanceAttributeRequest, InstanceAttribute>((input, ctx) => {
    const row = find(ctx, instanceKind, input.InstanceId, "instanceId");
    const read = readers[required(input.Attribute, "attribute")];
    if (!read) throw invalidValue(input.Attribute, "attribute", "Unknown attribute.");
    return { InstanceId: row.id, ...read(row, ctx) };
  }),

  ModifyInstanceAttribute: operation<ModifyInstanceAttributeRequest, object>((input, ctx) => {
    const row = find(ctx, instanceKind, input.InstanceId, "instanceId");
    const table = ctx.table(instances);
    const { Attribute: attribute, Value: value } = input;
    const type = input.InstanceType?.Value ?? (attribute === "instanceType" ? value : undefined);
    if (type !== undefined) {
      needsStopped(row, "instanceType");
      if (!instanceType(type)) throw new AwsError("InvalidParameterValue", `Invalid value '${type}' for InstanceType.`);
      table.update(row.id, { type });
    }
    if (input.UserData?.Value !== undefined) {
      needsStopped(row, "userData");
      table.update(row.id, { userData: Buffer.from(input.UserData.Value).toString("base64") });
    }
    const flag = (given: { Value?: boolean | undefined } | undefined, name: string): boolean | undefined =>
      given?.Value ?? (attribute === name ? value === "true" : undefined);
    const terminationProtection = flag(input.DisableApiTermination, "disableApiTermination");
    if (terminationProtection !== undefined) table.update(row.id, { terminationProtection });
    const stopProtection = flag(input.DisableApiStop, "disableApiStop");
    if (stopProtection !== undefined) table.update(row.id, { stopProtection });
    const ebsOptimized = flag(input.EbsOptimized, "ebsOptimized");
    if (ebsOptimized !== undefined) {
      needsStopped(row, "ebsOptimized");
      table.update(row.id, { ebsOptimized });
    }
    const shutdown = input.InstanceInitiatedShutdownBehavior?.Value;
    if (shutdown === "stop" || shutdown === "terminate") table.update(row.id, { shutdownBehavior: shutdown });
    for (const mapping of input.BlockDeviceMappings ?? []) setDeleteOnTermination(ctx, row.id, mapping);
    const [primary] = ctx.table(networkInterfaces).by("instance", row.id);
    const sourceDestCheck = flag(input.SourceDestCheck, "sourceDestCheck");
    if (sourceDestCheck !== undefined) {
      table.update(row.id, { sourceDestCheck });
      if (primary) ctx.table(networkInterfaces).update(primary.id, { sourceDestCheck });
    }
    if (input.Groups && primary)
      ctx.table(networkInterfaces).update(primary.id, { groups: interfaceGroups(ctx, row.vpcId, input.Groups) });
    return {};
  }),

  ModifyInstanceMetadataOptions: operation<ModifyInstanceMetadataOptionsRequest, ModifyInstanceMetadataOptionsResult>(
    (input, ctx) => {
      const row = find(ctx, instanceKind, input.InstanceId, "instanceId");
      const hopLimit = input.HttpPutResponseHopLimit ?? row.metadata.hopLimit;
      if (hopLimit < 1 || hopLimit > 64)
        throw invalidValue(hopLimit, "httpPutResponseHopLimit", "Must be between 1 and 64.");
      ctx.table(instances).update(row.id, {
        metadata: {
          tokens: input.HttpTokens ?? row.metadata.tokens,
          hopLimit,
          endpoint: input.HttpEndpoint ?? row.metadata.endpoint,
          ipv6: input.HttpProtocolIpv6 ?? row.metadata.ipv6,
          tags: input.InstanceMetadataTags ?? row.metadata.tags,
        },
      });
      const changed = find(ctx, instanceKind, row.id, "instanceId");
      const options = instanceItem(changed, ctx).MetadataOptions;
      return {
        InstanceId: row.id,
        ...(options ? { InstanceMetadataOptions: { ...options, State: "pending" as const } } : {}),
      };
    },
  ),

  MonitorInstances: operation<MonitorInstancesRequest, MonitorInstancesResult>((input, ctx) =>
    setMonitoring(ctx, input.InstanceIds, true),
  ),
  UnmonitorInstances: operation<UnmonitorInstancesRequest, UnmonitorInstancesResult>((input, ctx) =>
    setMonitoring(ctx, input.InstanceIds, false),
  ),

  ModifyInstanceCreditSpecification: operation<
    ModifyInstanceCreditSpecificationRequest,
    ModifyInstanceCreditSpecificationResult
  >((input, ctx) => {
    const wishes = required(input.InstanceCreditSpecifications, "instanceCreditSpecification");
    const failed: UnsuccessfulInstanceCreditSpecificationItem[] = [];
    const done = wishes.flatMap(({ InstanceId = "", CpuCredits = "" }) => {
      const row = ctx.table(instances).get(InstanceId);
      const refuse = (
        Code: "InvalidInstanceID.NotFound" | "InstanceCreditSpecification.NotSupported",
        Message: string,
      ) => {
        failed.push({ InstanceId, Error: { Code, Message } });
        return [];
      };
      if (CpuCredits !== "standard" && CpuCredits !== "unlimited")
        throw new AwsError("InvalidCpuCredits", `The CpuCredits value '${CpuCredits}' is invalid.`);
      if (!row) return refuse("InvalidInstanceID.NotFound", instanceKind.missing(InstanceId));
      if (!/^t[2-9]/.test(row.type))
        return refuse("InstanceCreditSpecification.NotSupported", `The type ${row.type} has no credit specification.`);
      ctx.table(instances).update(row.id, { creditSpecification: CpuCredits });
      return [{ InstanceId }];
    });
    return { SuccessfulInstanceCreditSpecifications: done, UnsuccessfulInstanceCreditSpecifications: failed };
  }),

  DescribeInstanceCreditSpecifications: operation<
    DescribeInstanceCreditSpecificationsRequest,
    DescribeInstanceCreditSpecificationsResult
  >((input, ctx) => {
    refuseIdsWithPages(input.InstanceIds, input.MaxResults, "instancesSet");
    const rows = input.InstanceIds?.length
      ? input.InstanceIds.map((id) => find(ctx, instanceKind, id, "instanceId"))
      : ctx.table(instances).list((row) => row.creditSpecification === "unlimited");
    return {
      InstanceCreditSpecifications: rows
        .filter((row) => /^t\d/.test(row.type))
        .map((row) => ({
          InstanceId: row.id,
          CpuCredits: row.creditSpecification ?? (row.type.startsWith("t2.") ? "standard" : "unlimited"),
        })),
    };
  }),
};

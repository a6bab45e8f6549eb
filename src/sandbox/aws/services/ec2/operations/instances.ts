// Instances: start, stop, end, list.
import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStateChange,
  InstanceStatus,
  RebootInstancesRequest,
  Reservation,
  RunInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe, refuseIdsWithPages, select } from "../describe.ts";
import { instanceItemFilters, statusItemFilters } from "../filter-names.ts";
import { isVisible, observeInstances, start, stop, terminate } from "../instance-states.ts";
import { privateDnsName } from "../interfaces.ts";
import { itemFilters } from "../item-filters.ts";
import { find, instanceKind } from "../kinds.ts";
import { launch } from "../launch.ts";
import { primaryAssociation } from "../render-interface.ts";
import { instanceItem, instancePrivateDnsName, reservations, stateCodes, stateItem } from "../render-instance.ts";
import type { Instance, NetworkInterface } from "../state.ts";
import { instances, networkInterfaces, securityGroups } from "../state.ts";

const interfacesOf = (ctx: Context, row: Readonly<Instance>): Readonly<NetworkInterface>[] =>
  ctx.table(networkInterfaces).by("instance", row.id);
const publicIp = (ctx: Context, row: Readonly<Instance>): string | undefined => {
  const [primary] = interfacesOf(ctx, row);
  return primary && primaryAssociation(ctx, primary)?.PublicIp;
};

const groupNames = (ctx: Context, row: Readonly<Instance>): (string | undefined)[] =>
  interfacesOf(ctx, row)
    .flatMap((one) => one.groups)
    .map((id) => ctx.table(securityGroups).get(id)?.name);

const listing: Listing<Instance, Readonly<Instance>> = {
  operation: "DescribeInstances",
  kind: instanceKind,
  indexed: { "vpc-id": "vpc", "tag:aws:autoscaling:groupName": "group" },
  visible: isVisible,
  observe: (rows, ctx) => observeInstances(ctx, rows),
  filters: (ctx) => ({
    ...itemFilters(instanceItemFilters, (row: Readonly<Instance>) => instanceItem(row, ctx)),
    "instance-id": (row) => row.id,
    "instance-state-name": (row) => row.state,
    "instance-state-code": (row) => stateCodes[row.state],
    "instance-type": (row) => row.type,
    "instance-lifecycle": (row) => (row.spot ? "spot" : undefined),
    "image-id": (row) => row.imageId,
    architecture: (row) => row.architecture,
    "availability-zone": (row) => row.zone,
    "client-token": (row) => row.clientToken,
    "dns-name": (row) => {
      const [primary] = interfacesOf(ctx, row);
      return primary && primaryAssociation(ctx, primary)?.PublicDnsName;
    },
    "group-id": (row) => interfacesOf(ctx, row).flatMap((one) => one.groups),
    "group-name": (row) => groupNames(ctx, row),
    "instance.group-id": (row) => interfacesOf(ctx, row).flatMap((one) => one.groups),
    "instance.group-name": (row) => groupNames(ctx, row),
    "iam-instance-profile.arn": (row) => row.profile?.arn,
    "iam-instance-profile.id": (row) => row.profile?.id,
    "ip-address": (row) => publicIp(ctx, row),
    "key-name": (row) => row.keyName,
    "launch-index": (row) => row.launchIndex,
    "launch-time": (row) => new Date(row.launchedAt).toISOString(),
    "metadata-options.http-tokens": (row) => row.metadata.tokens,
    "monitoring-state": (row) => (row.monitoring ? "enabled" : "disabled"),
    "block-device-mapping.attach-time": (row) => row.volumes.map((one) => new Date(one.attachedAt).toISOString()),
    "block-device-mapping.delete-on-termination": (row) => row.volumes.map((one) => String(one.deleteOnTermination)),
    "block-device-mapping.device-name": (row) => row.volumes.map((one) => one.device),
    "block-device-mapping.status": (row) => row.volumes.map(() => "attached"),
    "block-device-mapping.volume-id": (row) => row.volumes.map((one) => one.volumeId),
    "hibernation-options.configured": () => "false",
    hypervisor: () => "xen",
    "metadata-options.http-endpoint": (row) => row.metadata.endpoint,
    "metadata-options.http-put-response-hop-limit": (row) => row.metadata.hopLimit,
    "metadata-options.instance-metadata-tags": (row) => row.metadata.tags,
    "network-interface.attachment.attachment-id": (row) => interfacesOf(ctx, row).map((one) => one.attachment?.id),
    "network-interface.attachment.device-index": (row) =>
      interfacesOf(ctx, row).map((one) => one.attachment?.deviceIndex.toString()),
    "network-interface.availability-zone": (row) => interfacesOf(ctx, row).map((one) => one.zone),
    "network-interface.description": (row) => interfacesOf(ctx, row).map((one) => one.description),
    "network-interface.mac-address": (row) => interfacesOf(ctx, row).map((one) => one.mac),
    "network-interface.private-dns-name": (row) =>
      interfacesOf(ctx, row).map((one) => privateDnsName(ctx, one.privateIp)),
    "network-interface.vpc-id": (row) => interfacesOf(ctx, row).map((one) => one.vpcId),
    "network-interface.network-interface-id": (row) => interfacesOf(ctx, row).map((one) => one.id),
    "network-interface.subnet-id": (row) => interfacesOf(ctx, row).map((one) => one.subnetId),
    "network-interface.group-id": (row) => interfacesOf(ctx, row).flatMap((one) => one.groups),
    "network-interface.addresses.private-ip-address": (row) =>
      interfacesOf(ctx, row).flatMap((one) => [one.privateIp, ...one.secondaryIps]),
    "owner-id": () => ctx.account,
    "placement-group-name": (row) => row.placementGroup,
    platform: (row) => row.platform,
    "platform-details": (row) => (row.platform ? "Windows" : "Linux/UNIX"),
    "private-dns-name": (row) => instancePrivateDnsName(ctx, row),
    "private-ip-address": (row) => row.privateIp,
    "requester-id": (row) => row.requesterId,
    "reservation-id": (row) => row.reservationId,
    "root-device-name": (row) => row.rootDevice,
    "root-device-type": () => "ebs",
    "source-dest-check": (row) => row.sourceDestCheck,
    reason: (row) => (row.stateReason?.code === "Client.UserInitiatedShutdown" ? "User initiated" : ""),
    "state-reason-message": (row) => row.stateReason?.message,
    "state-reason-code": (row) => row.stateReason?.code,
    "subnet-id": (row) => (row.privateIp === undefined ? undefined : row.subnetId),
    tenancy: (row) => row.tenancy,
    "virtualization-type": () => "hvm",
    "vpc-id": (row) => (row.privateIp === undefined ? undefined : row.vpcId),
  }),
  render: (row) => row,
};

function visibleInstances(ctx: Context, ids: readonly string[] | undefined): Readonly<Instance>[] {
  if (!ids || ids.length === 0) throw new AwsError("InvalidParameterCombination", "No instances specified");
  const { items } = select(ctx, { ...listing, observe: () => {} } as typeof listing, {}, ids);
  return [...items];
}

function changes(ctx: Context, before: readonly Readonly<Instance>[]): InstanceStateChange[] {
  return before.map((row) => ({
    InstanceId: row.id,
    CurrentState: stateItem(ctx.table(instances).get(row.id)?.state ?? "terminated"),
    PreviousState: stateItem(row.state),
  }));
}

function incorrectState(row: Readonly<Instance>, what: string): AwsError {
  return new AwsError(
    "IncorrectInstanceState",
    `The instance '${row.id}' is not in a state from which it can be ${what}.`,
  );
}

function statusItem(row: Readonly<Instance>): InstanceStatus {
  const ok = row.state === "running";
  const passed = { Name: "reachability" as const, Status: ok ? ("passed" as const) : ("initializing" as const) };
  const summary = { Details: [passed], Status: ok ? ("ok" as const) : ("not-applicable" as const) };
  return {
    AvailabilityZone: row.zone,
    InstanceId: row.id,
    InstanceState: stateItem(row.state),
    InstanceStatus: summary,
    SystemStatus: summary,
    AttachedEbsStatus: { Details: [passed], Status: ok ? "ok" : "not-applicable" },
  };
}

const statusListing: Listing<Instance, InstanceStatus> = {
  ...listing,
  operation: "DescribeInstanceStatus",
  filters: () => ({
    ...itemFilters(statusItemFilters, statusItem),
    "availability-zone": (row) => row.zone,
    "instance-state-name": (row) => row.state,
    "instance-state-code": (row) => stateCodes[row.state],
    "instance-status.status": (row) => (row.state === "running" ? "ok" : "not-applicable"),
    "instance-status.reachability": (row) => (row.state === "running" ? "passed" : undefined),
    "system-status.status": (row) => (row.state === "running" ? "ok" : "not-applicable"),
    "system-status.reachability": (row) => (row.state === "running" ? "passed" : undefined),
    "event.code": () => undefined,
  }),
  render: statusItem,
};

export const instanceOperations: Readonly<Record<string, Operation>> = {
  RunInstances: operation<RunInstancesRequest, Reservation>((input, ctx) => {
    const [reservation] = reservations(launch(ctx, input), ctx);
    return reservation ?? {};
  }),

  DescribeInstances: operation<DescribeInstancesRequest, DescribeInstancesResult>({
    waiter: true,
    run: (input, ctx) => {
      refuseIdsWithPages(input.InstanceIds, input.MaxResults, "instancesSet");
      const { items, NextToken } = select(ctx, listing, input, input.InstanceIds);
      return { Reservations: reservations(items, ctx), ...(NextToken ? { NextToken } : {}) };
    },
  }),

  DescribeInstanceStatus: operation<DescribeInstanceStatusRequest, DescribeInstanceStatusResult>({
    waiter: true,
    run: (input, ctx) => {
      refuseIdsWithPages(input.InstanceIds, input.MaxResults, "instancesSet");
      const visible = (row: Readonly<Instance>): boolean =>
        isVisible(row, ctx) && (input.IncludeAllInstances === true || row.state === "running");
      // An id of an instance that isn't running is no mistake here, it's left out.
      const ids = input.InstanceIds?.length ? visibleInstances(ctx, input.InstanceIds).map((row) => row.id) : undefined;
      const { items, ...next } = describe(ctx, { ...statusListing, visible: isVisible }, input, ids);
      const shown = items.filter((item) => visible(find(ctx, instanceKind, item.InstanceId, "instanceId")));
      return { InstanceStatuses: shown, ...next };
    },
  }),

  TerminateInstances: operation<TerminateInstancesRequest, TerminateInstancesResult>((input, ctx) => {
    const rows = visibleInstances(ctx, input.InstanceIds);
    const kept = rows.find((row) => row.terminationProtection);
    if (kept)
      throw new AwsError(
        "OperationNotPermitted",
        `The instance '${kept.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    terminate(ctx, rows);
    return { TerminatingInstances: changes(ctx, rows) };
  }),

  StopInstances: operation<StopInstancesRequest, StopInstancesResult>((input, ctx) => {
    const rows = visibleInstances(ctx, input.InstanceIds);
    for (const row of rows) {
      if (row.state === "terminated" || row.state === "shutting-down") throw incorrectState(row, "stopped");
      if (row.spot)
        throw new AwsError(
          "UnsupportedOperation",
          `You can't stop the Spot Instance '${row.id}' because it is associated with a one-time Spot Instance request.`,
        );
      if (row.stopProtection)
        throw new AwsError(
          "OperationNotPermitted",
          `The instance '${row.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
        );
    }
    stop(ctx, rows);
    return { StoppingInstances: changes(ctx, rows) };
  }),

  StartInstances: operation<StartInstancesRequest, StartInstancesResult>((input, ctx) => {
    const rows = visibleInstances(ctx, input.InstanceIds);
    for (const row of rows)
      if (row.state !== "stopped" && row.state !== "running" && row.state !== "pending")
        throw incorrectState(row, "started");
    start(ctx, rows);
    return { StartingInstances: changes(ctx, rows) };
  }),

  RebootInstances: operation<RebootInstancesRequest, object>((input, ctx) => {
    for (const row of visibleInstances(ctx, input.InstanceIds))
      if (row.state !== "running") throw incorrectState(row, "rebooted");
    return {};
  }),
};

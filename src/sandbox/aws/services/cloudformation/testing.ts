// What the tests of this folder share: a cloud with all services, and short names for its calls.
import { administratorOf } from "../../administrator.ts";
import type { ClockMode, Guards } from "../../core/index.ts";
import { Cloud } from "../../core/index.ts";
import { ec2 } from "../ec2/index.ts";
import { services } from "../index.ts";

export const account = "123456789012";

const operator = administratorOf(account, "aws");

export interface World {
  cloud: Cloud;
  /** Calls an operation of CloudFormation, or of the service given. */
  send<Output = Record<string, unknown>>(operation: string, input: object, service?: string): Output;
}

/** A cloud with all services; calls are the administrator's. */
export function world(region = "eu-central-1", options: { clock?: ClockMode; guards?: Guards } = {}): World {
  const all = services.some((service) => service.id === "ec2") ? services : [...services, ec2];
  const cloud = new Cloud({
    services: all,
    start: Date.UTC(2026, 0, 1),
    seed: 7,
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.guards ? { guards: options.guards } : {}),
  });
  return {
    cloud,
    send: (operation, input, service = "cloudformation") =>
      cloud.invoke({ service, operation, input, account, region, principal: operator }),
  };
}

export interface StackView {
  StackId: string;
  StackName: string;
  StackStatus: string;
  StackStatusReason?: string;
  Outputs?: { OutputKey: string; OutputValue: string; ExportName?: string }[];
  Tags: { Key: string; Value: string }[];
  Parameters?: { ParameterKey: string; ParameterValue: string }[];
}

/** The stack as DescribeStacks gives it: in poll mode at its end state. */
export function stackNow(world: World, name: string): StackView {
  return world.send<{ Stacks: StackView[] }>("DescribeStacks", { StackName: name }).Stacks[0] as StackView;
}

/** `Id STATUS reason` of every event, oldest first. */
export function story(world: World, name: string): string[] {
  interface Event {
    LogicalResourceId: string;
    ResourceStatus: string;
    ResourceStatusReason?: string;
  }
  const events: Event[] = [];
  let token: string | undefined;
  do {
    const page = world.send<{ StackEvents: Event[]; NextToken?: string }>("DescribeStackEvents", {
      StackName: name,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    events.push(...page.StackEvents);
    token = page.NextToken;
  } while (token !== undefined);
  return events
    .toReversed()
    .map((event) => [event.LogicalResourceId, event.ResourceStatus, event.ResourceStatusReason ?? ""].join(" ").trim());
}

/** Keys of all rows but CloudFormation's memory, logs of what happened, and what AWS shows a while after its end. */
export function inventory(cloud: Cloud): string[] {
  return [...cloud.store.dump()]
    .filter(({ table }) => !/^(cloudformation|clock|cloudtrail|cloudwatch-logs)\/|\/activities$/.test(table))
    .filter(({ row }) => !/^(terminated|deleted)$/.test(String((row as { state?: string } | null)?.state)))
    .map(({ table, place, id }) => `${table} ${place} ${id}`)
    .toSorted();
}

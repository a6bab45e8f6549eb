// Every filter that AWS documents for an emulated Describe operation works. Judge: the SDK's own documentation.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "vitest";
import { refusal } from "../../../testing.ts";
import { ec2 } from "../index.ts";
import { at, sweepWorld } from "./testing.ts";

const folder = join(dirname(createRequire(import.meta.url).resolve("@aws-sdk/client-ec2")), "../dist-types/models");
const models = readdirSync(folder)
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n");

/** Words in the same place that are values of filters, or stand for `tag:<key>`. */
const values = ["tag", "informational", "low", "medium", "high", "critical"];

/** Filters in the documentation of an operation's request; undefined where it takes none. */
function documented(operation: string): { member: string; filters: string[] } | undefined {
  const body = new RegExp(`export interface ${operation}Request \\{([\\s\\S]*?)\\n\\}\\n`).exec(models)?.[1] ?? "";
  const member = /^ {4}(Filters?)\?: Filter\[\]/m.exec(body)?.[1];
  if (member === undefined) return undefined;
  const comment =
    body
      .slice(0, body.indexOf(` ${member}?:`))
      .split("/**")
      .at(-1) ?? "";
  const filters = [...comment.matchAll(/<code>([a-z][\w.-]*)<\/code>\s*-/gi)].map((match) => match[1] ?? "");
  return { member, filters: [...new Set(filters)].filter((name) => !values.includes(name)) };
}

describe("filters", () => {
  for (const operation of Object.keys(ec2.operations).toSorted()) {
    const asked = documented(operation);
    if (!asked) continue;
    it(`of ${operation}: ${asked.filters.length}`, ({ expect }) => {
      const { call } = sweepWorld();
      const unknown = asked.filters.filter((Name) =>
        refusal(() => call(operation, { [asked.member]: [{ Name, Values: ["x"] }] })).includes("is invalid"),
      );
      expect(unknown).toEqual([]);
    });
  }

  it("look into what is shown, however deep", ({ expect }) => {
    const world = sweepWorld();
    const id = world.instance();
    const shown = world.call("DescribeInstances", { InstanceIds: [id] });
    const path = "Reservations.0.Instances.0";
    const eni = at(shown, `${path}.NetworkInterfaces.0.NetworkInterfaceId`);
    const matching: Record<string, string> = {
      "network-interface.association.public-ip": at(shown, `${path}.PublicIpAddress`),
      "network-interface.addresses.primary": "true",
      "network-interface.addresses.private-dns-name": at(shown, `${path}.PrivateDnsName`),
      "network-interface.attachment.instance-id": id,
      "network-interface.group-name": "default",
      "network-interface.status": "in-use",
      "private-dns-name-options.hostname-type": "ip-name",
      "ena-support": "true",
    };
    for (const [Name, value] of Object.entries(matching)) {
      const found = (Value: string): object =>
        world.call("DescribeInstances", { Filters: [{ Name, Values: [Value] }] });
      expect([Name, found(value)]).toMatchObject([Name, { Reservations: [{ Instances: [{ InstanceId: id }] }] }]);
      expect([Name, found("other")]).toEqual([Name, { Reservations: [] }]);
    }
    const attached = { Filters: [{ Name: "addresses.association.owner-id", Values: ["amazon"] }] };
    expect(world.call("DescribeNetworkInterfaces", attached)).toMatchObject({
      NetworkInterfaces: [{ NetworkInterfaceId: eni }],
    });
    const xen = {
      Filters: [
        { Name: "ebs-info.nvme-support", Values: ["unsupported"] },
        { Name: "supported-boot-mode", Values: ["legacy-bios"] },
        { Name: "instance-type", Values: ["t2.micro", "t3.micro"] },
      ],
    };
    expect(world.call("DescribeInstanceTypes", xen)).toMatchObject({ InstanceTypes: [{ InstanceType: "t2.micro" }] });
  });
});

// Every emulated operation of EC2: a life in which it works and its effect is seen, and EC2's own refusal.
import { describe, it } from "vitest";
import { AwsError } from "../../../core/index.ts";
import type { Permission } from "../../../core/index.ts";
import { refusal } from "../../../testing.ts";
import { ec2 } from "../index.ts";
import { touched } from "../permission-table.ts";
import { ec2World } from "../testing.ts";
import { addressRows } from "./addresses.ts";
import { extraRows } from "./extras.ts";
import { instanceRows } from "./instances.ts";
import { networkRows } from "./networks.ts";
import { routingRows } from "./routing.ts";
import { securityRows } from "./security.ts";
import { storageRows } from "./storage.ts";
import { sweepWorld } from "./testing.ts";

const families = {
  networks: networkRows,
  routing: routingRows,
  addresses: addressRows,
  security: securityRows,
  instances: instanceRows,
  storage: storageRows,
  extras: extraRows,
};
const rows = Object.values(families).flat();
const operations = Object.keys(ec2.operations).toSorted();

describe("every emulated EC2 operation", () => {
  it("is in one row, and every row is of an operation", ({ expect }) => {
    expect(rows.map(({ operation }) => operation).toSorted()).toEqual(operations);
  });

  for (const [family, those] of Object.entries(families))
    describe(family, () => {
      for (const { operation, works, shows, wrong, refusal: expected } of those) {
        it(`${operation} works`, ({ expect }) => {
          const world = sweepWorld();
          expect(works(world)).toMatchObject(shows as object);
          expect([...world.called]).toContain(operation);
        });

        it(`${operation} answers ${expected}`, ({ expect }) => {
          const world = sweepWorld();
          const input = wrong(world);
          const answer = refusal(() => world.call(operation, input));
          expect(expected.includes(": ") ? answer : answer.split(": ")[0]).toBe(expected);
        });
      }
    });

  it("says with DryRun that it would have succeeded, and does nothing", ({ expect }) => {
    const { cloud, call } = ec2World();
    call("DescribeVpcs");
    let changes = 0;
    cloud.store.onCommit((list) => (changes += list.length));
    for (const operation of operations)
      expect(refusal(() => call(operation, { DryRun: true }))).toMatch(
        /^DryRunOperation: Request would have succeeded/,
      );
    expect(changes).toBe(0);
  });

  it("is refused to whom may not, with or without DryRun", ({ expect }) => {
    const asked: Permission[] = [];
    const { call } = ec2World({
      authorize: (_ctx, _service, _call, permissions) => {
        asked.push(...permissions);
        throw new AwsError("UnauthorizedOperation", "You are not authorized to perform this operation.");
      },
    });
    for (const operation of operations) {
      asked.length = 0;
      expect(refusal(() => call(operation, { DryRun: true }))).toContain("UnauthorizedOperation");
      expect(asked.map(({ action }) => action)).toContain(`ec2:${operation}`);
    }
  });

  it("asks for the resources that AWS names, but where AWS names none", ({ expect }) => {
    const unnamed = operations.filter((name) => !/^(?:Describe|Get)/.test(name) && !Object.hasOwn(touched, name));
    expect(unnamed).toEqual([
      "CreateDefaultSubnet",
      "CreateDefaultVpc",
      "DisableEbsEncryptionByDefault",
      "EnableEbsEncryptionByDefault",
      "ModifyEbsDefaultKmsKeyId",
      "ModifyInstanceMetadataDefaults",
      "ResetEbsDefaultKmsKeyId",
    ]);
    expect(Object.keys(touched).filter((name) => !operations.includes(name))).toEqual([]);
  });
});

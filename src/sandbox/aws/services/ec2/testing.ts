// A cloud of EC2 alone, for this folder's tests.
import type { CreateSecurityGroupResult, CreateSubnetResult, CreateVpcResult } from "@aws-sdk/client-ec2";
import { administratorOf } from "../../administrator.ts";
import { Cloud, servicePrincipal } from "../../core/index.ts";
import type { Guards, Principal, ServiceDefinition } from "../../core/index.ts";
import { ec2 } from "./index.ts";

const account = "111122223333";
export const region = "eu-central-1";
const operator = administratorOf(account, "aws");

type Call = <Output = Record<string, unknown>>(operation: string, input?: object) => Output;

export interface Ec2World {
  cloud: Cloud;
  call: Call;
  /** The same as EKS. */
  asEks: Call;
  /** A VPC with one subnet and one security group. */
  network: (cidr?: string) => { VpcId: string; SubnetId: string; GroupId: string };
}

/** A cloud of the services given, with short names for calls of EC2. */
export function ec2World(
  guards: Guards = {},
  services: readonly ServiceDefinition[] = [ec2],
  quotas: Readonly<Record<string, number>> = {},
): Ec2World {
  const cloud = new Cloud({ services, start: 0, guards, quotas });
  const as =
    (principal: Principal): Call =>
    (operation, input = {}) =>
      cloud.invoke({ service: "ec2", operation, input, account, region, principal });
  const call = as(operator);
  return {
    cloud,
    call,
    asEks: as(servicePrincipal("eks.amazonaws.com", account)),
    network: (cidr = "10.0.0.0/24") => {
      const VpcId = call<CreateVpcResult>("CreateVpc", { CidrBlock: cidr }).Vpc?.VpcId ?? "";
      const AvailabilityZone = `${region}a`;
      const { Subnet } = call<CreateSubnetResult>("CreateSubnet", { VpcId, CidrBlock: cidr, AvailabilityZone });
      const group = { GroupName: "a", Description: "a", VpcId };
      const { GroupId = "" } = call<CreateSecurityGroupResult>("CreateSecurityGroup", group);
      return { VpcId, SubnetId: Subnet?.SubnetId ?? "", GroupId };
    },
  };
}

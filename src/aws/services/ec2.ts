// The EC2 client and the operations of it that lotse calls; loaded on first use.
import {
  DeleteKeyPairCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeKeyPairsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ImportKeyPairCommand,
} from "@aws-sdk/client-ec2";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("ec2", EC2Client, {
  DeleteKeyPair: DeleteKeyPairCommand,
  DeleteNetworkInterface: DeleteNetworkInterfaceCommand,
  DeleteSecurityGroup: DeleteSecurityGroupCommand,
  DescribeInstances: DescribeInstancesCommand,
  DescribeInstanceTypeOfferings: DescribeInstanceTypeOfferingsCommand,
  DescribeKeyPairs: DescribeKeyPairsCommand,
  DescribeNetworkInterfaces: DescribeNetworkInterfacesCommand,
  DescribeSecurityGroups: DescribeSecurityGroupsCommand,
  ImportKeyPair: ImportKeyPairCommand,
});

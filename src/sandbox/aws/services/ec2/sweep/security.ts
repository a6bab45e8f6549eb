// Security groups and their rules, key pairs, placement groups, tags.
import type { Row, World } from "./testing.ts";
import { at, none, row } from "./testing.ts";

const https = (GroupId: string): object => ({
  GroupId,
  IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
});
const read = (w: World, GroupId: string): object => w.call("DescribeSecurityGroups", { GroupIds: [GroupId] });
/** A group that lets HTTPS in; the id of that rule. */
const guarded = (w: World): { GroupId: string; rule: string } => {
  const GroupId = w.group(w.vpc());
  const answer = w.call("AuthorizeSecurityGroupIngress", https(GroupId));
  return { GroupId, rule: at(answer, "SecurityGroupRules.0.SecurityGroupRuleId") };
};
const described = (GroupId: string, Description: string): object => ({
  GroupId,
  IpPermissions: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/8", Description }] }],
});
const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBlBEyLJ7jTBL7vLwhz9vyNVLI1+ukUQkfaJgqZ4D8+r";
const PublicKeyMaterial = new TextEncoder().encode(publicKey);

export const securityRows: readonly Row[] = [
  row(
    "CreateSecurityGroup",
    (w) => read(w, w.group(w.vpc())),
    { SecurityGroups: [{ GroupName: "nodes", IpPermissions: [], IpPermissionsEgress: [{ IpProtocol: "-1" }] }] },
    (w) => {
      const VpcId = w.vpc();
      w.group(VpcId);
      return { VpcId, GroupName: "nodes", Description: "again" };
    },
    "InvalidGroup.Duplicate",
  ),
  row(
    "DeleteSecurityGroup",
    (w) => {
      w.call("DeleteSecurityGroup", { GroupId: w.group(w.vpc()) });
      return w.call("DescribeSecurityGroups", { Filters: [{ Name: "group-name", Values: ["nodes"] }] });
    },
    { SecurityGroups: [] },
    (w) => {
      const VpcId = w.vpc();
      const GroupId = w.group(VpcId);
      w.call("CreateNetworkInterface", { SubnetId: w.subnet(VpcId), Groups: [GroupId] });
      return { GroupId };
    },
    "DependencyViolation",
  ),
  row(
    "DescribeSecurityGroups",
    (w) => {
      guarded(w);
      return w.call("DescribeSecurityGroups", { Filters: [{ Name: "ip-permission.to-port", Values: ["443"] }] });
    },
    { SecurityGroups: [{ GroupName: "nodes" }] },
    () => ({ GroupIds: ["sg-xyz"] }),
    "InvalidGroupId.Malformed",
  ),
  row(
    "DescribeSecurityGroupReferences",
    (w) => {
      const VpcPeeringConnectionId = w.peering();
      w.call("AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
      const answer = w.call("DescribeVpcPeeringConnections");
      const GroupId = w.group(at(answer, "VpcPeeringConnections.0.RequesterVpcInfo.VpcId"), "front");
      const other = w.group(at(answer, "VpcPeeringConnections.0.AccepterVpcInfo.VpcId"), "back");
      const IpPermissions = [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }];
      w.call("AuthorizeSecurityGroupIngress", { GroupId: other, IpPermissions });
      return w.call("DescribeSecurityGroupReferences", { GroupId: [GroupId] });
    },
    { SecurityGroupReferenceSet: [{}] },
    () => ({ GroupId: [none("sg")] }),
    `InvalidGroup.NotFound: The security group '${none("sg")}' does not exist`,
  ),
  row(
    "GetSecurityGroupsForVpc",
    (w) => w.call("GetSecurityGroupsForVpc", { VpcId: w.vpc() }),
    { SecurityGroupForVpcs: [{ GroupName: "default" }] },
    () => ({ VpcId: none("vpc") }),
    "InvalidVpcID.NotFound",
  ),
  row(
    "AuthorizeSecurityGroupIngress",
    (w) => read(w, guarded(w).GroupId),
    { SecurityGroups: [{ IpPermissions: [{ FromPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }] }] },
    (w) => https(guarded(w).GroupId),
    'InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW" already exists',
  ),
  row(
    "AuthorizeSecurityGroupEgress",
    (w) => w.call("AuthorizeSecurityGroupEgress", https(w.group(w.vpc()))),
    { SecurityGroupRules: [{ IsEgress: true, CidrIpv4: "10.0.0.0/8" }] },
    (w) => ({
      GroupId: w.group(w.vpc()),
      IpPermissions: [{ FromPort: 1, ToPort: 2, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }],
    }),
    "InvalidParameterValue: Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
  ),
  row(
    "RevokeSecurityGroupIngress",
    (w) => {
      const { GroupId } = guarded(w);
      w.call("RevokeSecurityGroupIngress", https(GroupId));
      return read(w, GroupId);
    },
    { SecurityGroups: [{ IpPermissions: [] }] },
    (w) => https(w.group(w.vpc())),
    "InvalidPermission.NotFound: The specified rule does not exist in this security group.",
  ),
  row(
    "RevokeSecurityGroupEgress",
    (w) => {
      const GroupId = w.group(w.vpc());
      const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
      w.call("RevokeSecurityGroupEgress", { GroupId, IpPermissions });
      return read(w, GroupId);
    },
    { SecurityGroups: [{ IpPermissionsEgress: [] }] },
    (w) => https(w.group(w.vpc())),
    "InvalidPermission.NotFound",
  ),
  row(
    "UpdateSecurityGroupRuleDescriptionsIngress",
    (w) => {
      const { GroupId } = guarded(w);
      w.call("UpdateSecurityGroupRuleDescriptionsIngress", described(GroupId, "offices"));
      return read(w, GroupId);
    },
    { SecurityGroups: [{ IpPermissions: [{ IpRanges: [{ Description: "offices" }] }] }] },
    (w) => described(w.group(w.vpc()), "offices"),
    "InvalidPermission.NotFound",
  ),
  row(
    "UpdateSecurityGroupRuleDescriptionsEgress",
    (w) => {
      const GroupId = w.group(w.vpc());
      w.call("AuthorizeSecurityGroupEgress", https(GroupId));
      w.call("UpdateSecurityGroupRuleDescriptionsEgress", described(GroupId, "offices"));
      return w.call("DescribeSecurityGroupRules", { Filters: [{ Name: "group-id", Values: [GroupId] }] });
    },
    { SecurityGroupRules: [{ IpProtocol: "-1" }, { Description: "offices" }] },
    (w) => described(w.group(w.vpc()), "offices"),
    "InvalidPermission.NotFound",
  ),
  row(
    "DescribeSecurityGroupRules",
    (w) => w.call("DescribeSecurityGroupRules", { SecurityGroupRuleIds: [guarded(w).rule] }),
    { SecurityGroupRules: [{ IsEgress: false, FromPort: 443 }] },
    () => ({ Filters: [{ Name: "group-id", Values: ["foobar"] }] }),
    "InvalidGroupId.Malformed: The security group ID 'foobar' is malformed",
  ),
  row(
    "ModifySecurityGroupRules",
    (w) => {
      const { GroupId, rule: SecurityGroupRuleId } = guarded(w);
      const SecurityGroupRule = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIpv4: "10.0.0.0/8" };
      w.call("ModifySecurityGroupRules", { GroupId, SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }] });
      return read(w, GroupId);
    },
    { SecurityGroups: [{ IpPermissions: [{ FromPort: 80, ToPort: 80 }] }] },
    (w) => {
      const { GroupId, rule: SecurityGroupRuleId } = guarded(w);
      const SecurityGroupRule = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };
      return { GroupId, SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }] };
    },
    "MissingParameter: The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId",
  ),
  row(
    "CreateKeyPair",
    (w) => w.call("CreateKeyPair", { KeyName: "mine", KeyType: "ed25519" }),
    { KeyName: "mine", KeyMaterial: { asymmetricMatch: (text: string) => /BEGIN OPENSSH PRIVATE KEY/.test(text) } },
    (w) => {
      w.call("ImportKeyPair", { KeyName: "mine", PublicKeyMaterial });
      return { KeyName: "mine" };
    },
    "InvalidKeyPair.Duplicate",
  ),
  row(
    "ImportKeyPair",
    (w) => {
      w.call("ImportKeyPair", { KeyName: "mine", PublicKeyMaterial });
      return w.call("DescribeKeyPairs", { KeyNames: ["mine"], IncludePublicKey: true });
    },
    { KeyPairs: [{ KeyType: "ed25519", PublicKey: publicKey }] },
    () => ({ KeyName: "mine", PublicKeyMaterial: new TextEncoder().encode("ssh-rsa nothing") }),
    "InvalidKey.Format: Key is not in valid OpenSSH public key format",
  ),
  row(
    "DeleteKeyPair",
    (w) => {
      w.call("ImportKeyPair", { KeyName: "mine", PublicKeyMaterial });
      w.call("DeleteKeyPair", { KeyName: "mine" });
      return w.call("DescribeKeyPairs");
    },
    { KeyPairs: [] },
    () => ({}),
    "MissingParameter: The request must contain the parameter keyName",
  ),
  row(
    "DescribeKeyPairs",
    (w) => {
      w.call("ImportKeyPair", { KeyName: "mine", PublicKeyMaterial });
      return w.call("DescribeKeyPairs", { Filters: [{ Name: "key-name", Values: ["mi*"] }] });
    },
    { KeyPairs: [{ KeyName: "mine" }] },
    () => ({ KeyNames: ["theirs"] }),
    "InvalidKeyPair.NotFound: The key pair 'theirs' does not exist",
  ),
  row(
    "CreatePlacementGroup",
    (w) => {
      w.call("CreatePlacementGroup", { GroupName: "close", Strategy: "partition" });
      return w.call("DescribePlacementGroups", { GroupNames: ["close"] });
    },
    { PlacementGroups: [{ State: "available", Strategy: "partition", PartitionCount: 2 }] },
    (w) => {
      w.call("CreatePlacementGroup", { GroupName: "close" });
      return { GroupName: "close" };
    },
    "InvalidPlacementGroup.Duplicate",
  ),
  row(
    "DeletePlacementGroup",
    (w) => {
      w.call("CreatePlacementGroup", { GroupName: "close" });
      w.call("DeletePlacementGroup", { GroupName: "close" });
      return w.call("DescribePlacementGroups");
    },
    { PlacementGroups: [] },
    () => ({ GroupName: "far" }),
    "InvalidPlacementGroup.Unknown: The Placement Group 'far' is unknown.",
  ),
  row(
    "DescribePlacementGroups",
    (w) => {
      w.call("CreatePlacementGroup", { GroupName: "apart", Strategy: "spread" });
      return w.call("DescribePlacementGroups", { Filters: [{ Name: "strategy", Values: ["spread"] }] });
    },
    { PlacementGroups: [{ GroupName: "apart", SpreadLevel: "rack" }] },
    () => ({ GroupIds: ["pg-xyz"] }),
    "InvalidPlacementGroupId.Malformed",
  ),
  row(
    "CreateTags",
    (w) => {
      w.call("CreateTags", { Resources: [w.vpc()], Tags: [{ Key: "team", Value: "a" }] });
      return w.call("DescribeVpcs", { Filters: [{ Name: "tag:team", Values: ["a"] }] });
    },
    { Vpcs: [{ Tags: [{ Key: "team", Value: "a" }] }] },
    () => ({ Resources: ["ami-blah"], Tags: [{ Key: "team", Value: "a" }] }),
    "InvalidID: The ID 'ami-blah' is not valid",
  ),
  row(
    "DeleteTags",
    (w) => {
      const VpcId = w.vpc();
      w.call("CreateTags", {
        Resources: [VpcId],
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
      });
      w.call("DeleteTags", { Resources: [VpcId], Tags: [{ Key: "a" }] });
      return w.call("DescribeTags", { Filters: [{ Name: "resource-id", Values: [VpcId] }] });
    },
    { Tags: [{ Key: "b", Value: "2", ResourceType: "vpc" }] },
    () => ({ Resources: [none("vpc")], Tags: [{ Key: "a" }] }),
    "InvalidVpcID.NotFound",
  ),
  row(
    "DescribeTags",
    (w) => {
      w.call("CreateTags", { Resources: [w.vpc()], Tags: [{ Key: "a", Value: "1" }] });
      return w.call("DescribeTags", { Filters: [{ Name: "key", Values: ["a"] }] });
    },
    { Tags: [{ Key: "a", Value: "1" }] },
    () => ({ MaxResults: 4 }),
    "InvalidParameterValue",
  ),
];

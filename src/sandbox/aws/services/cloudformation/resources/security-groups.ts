// AWS::EC2::SecurityGroup with its inline rules, and rules as resources of their own.
import type {
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressResult,
  CreateSecurityGroupResult,
  DescribeSecurityGroupRulesResult,
  DescribeSecurityGroupsResult,
  IpPermission,
  SecurityGroup,
} from "@aws-sdk/client-ec2";
import { sameValue } from "../values.ts";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import type { Tag } from "./ec2-parts.ts";
import { retag, tagSpecifications } from "./ec2-parts.ts";

interface Rule {
  IpProtocol: string;
  FromPort?: number;
  ToPort?: number;
  CidrIp?: string;
  CidrIpv6?: string;
  SourcePrefixListId?: string;
  DestinationPrefixListId?: string;
  SourceSecurityGroupId?: string;
  SourceSecurityGroupName?: string;
  SourceSecurityGroupOwnerId?: string;
  DestinationSecurityGroupId?: string;
  Description?: string;
}

/** A rule as EC2's API wants it. */
function permission(rule: Rule): IpPermission {
  const described = rule.Description === undefined ? {} : { Description: rule.Description };
  const group = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  const list = rule.SourcePrefixListId ?? rule.DestinationPrefixListId;
  const pair = {
    ...(group === undefined ? {} : { GroupId: group }),
    ...(rule.SourceSecurityGroupName === undefined ? {} : { GroupName: rule.SourceSecurityGroupName }),
    ...(rule.SourceSecurityGroupOwnerId === undefined ? {} : { UserId: rule.SourceSecurityGroupOwnerId }),
  };
  return {
    IpProtocol: rule.IpProtocol,
    ...(rule.FromPort === undefined ? {} : { FromPort: rule.FromPort }),
    ...(rule.ToPort === undefined ? {} : { ToPort: rule.ToPort }),
    ...(rule.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: rule.CidrIp, ...described }] }),
    ...(rule.CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: rule.CidrIpv6, ...described }] }),
    ...(list === undefined ? {} : { PrefixListIds: [{ PrefixListId: list, ...described }] }),
    ...(Object.keys(pair).length === 0 ? {} : { UserIdGroupPairs: [{ ...pair, ...described }] }),
  };
}

/** What makes two rules the same, however they are written. */
function comparable(rule: Rule): object {
  const protocol = String(rule.IpProtocol).toLowerCase();
  const ports = protocol === "-1" ? [] : [rule.FromPort, rule.ToPort].map((port) => String(port ?? -1));
  const { CidrIp, CidrIpv6, SourcePrefixListId, DestinationPrefixListId } = rule;
  const { SourceSecurityGroupId, DestinationSecurityGroupId, SourceSecurityGroupName, Description = "" } = rule;
  const group = SourceSecurityGroupId ?? DestinationSecurityGroupId ?? SourceSecurityGroupName;
  const peer = CidrIp ?? CidrIpv6 ?? SourcePrefixListId ?? DestinationPrefixListId ?? group ?? "";
  return { protocol, ports, peer, Description };
}

/** Rules of a group as a template would write them: as it did, where they are the same. */
function rulesOf(permissions: readonly IpPermission[], direction: Direction, written: readonly Rule[]): Rule[] {
  const side = direction === "Ingress" ? "Source" : "Destination";
  const rules = permissions.flatMap((one): Rule[] => {
    const { IpProtocol = "-1", FromPort, ToPort } = one;
    const ports = FromPort === undefined || ToPort === undefined ? {} : { FromPort, ToPort };
    const rule = (peer: object, Description?: string): Rule => ({
      IpProtocol,
      ...ports,
      ...peer,
      ...(Description === undefined ? {} : { Description }),
    });
    return [
      ...(one.IpRanges ?? []).map(({ CidrIp, Description }) => rule({ CidrIp }, Description)),
      ...(one.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => rule({ CidrIpv6 }, Description)),
      ...(one.PrefixListIds ?? []).map((list) =>
        rule({ [`${side}PrefixListId`]: list.PrefixListId }, list.Description),
      ),
      ...(one.UserIdGroupPairs ?? []).map((pair) =>
        rule({ [`${side}SecurityGroupId`]: pair.GroupId }, pair.Description),
      ),
    ];
  });
  return rules.map((rule) => written.find((own) => sameValue(comparable(own), comparable(rule))) ?? rule);
}

interface GroupProperties {
  GroupDescription: string;
  GroupName?: string;
  VpcId?: string;
  SecurityGroupIngress?: Rule[];
  SecurityGroupEgress?: Rule[];
  Tags?: Tag[];
}

type Direction = "Ingress" | "Egress";

const everything: Rule = { IpProtocol: "-1", CidrIp: "0.0.0.0/0" };

function changeRules(
  request: ResourceRequest<GroupProperties>,
  GroupId: string,
  direction: Direction,
  before: Rule[],
  after: Rule[],
): void {
  const gone = before.filter((rule) => !after.some((other) => sameValue(rule, other)));
  const added = after.filter((rule) => !before.some((other) => sameValue(rule, other)));
  if (gone.length > 0) {
    request.find(`RevokeSecurityGroup${direction}`, { GroupId, IpPermissions: gone.map(permission) });
  }
  if (added.length > 0) {
    request.call(`AuthorizeSecurityGroup${direction}`, { GroupId, IpPermissions: added.map(permission) });
  }
}

/** A group of a VPC is born with leave to go anywhere; rules of the template take its place. */
function egressOf(properties: GroupProperties): Rule[] {
  return properties.SecurityGroupEgress ?? [everything];
}

function groupOf(request: ResourceRequest<GroupProperties>): SecurityGroup | undefined {
  const { physicalId } = request;
  const by = physicalId.startsWith("sg-") ? { GroupIds: [physicalId] } : { GroupNames: [physicalId] };
  return request.find<DescribeSecurityGroupsResult>("DescribeSecurityGroups", by)?.SecurityGroups?.[0];
}

const securityGroup = resource<GroupProperties>("AWS::EC2::SecurityGroup", "ec2", {
  name: "GroupName",
  seconds: 2,
  create(request) {
    const { properties } = request;
    const GroupName = properties.GroupName ?? request.generatedName();
    const { GroupId: id = "" } = request.call<CreateSecurityGroupResult>("CreateSecurityGroup", {
      GroupName,
      Description: properties.GroupDescription,
      ...(properties.VpcId === undefined ? {} : { VpcId: properties.VpcId }),
      ...tagSpecifications("security-group", properties.Tags),
    });
    changeRules(request, id, "Ingress", [], properties.SecurityGroupIngress ?? []);
    changeRules(request, id, "Egress", [everything], egressOf(properties));
    return properties.VpcId === undefined ? GroupName : id;
  },
  read(request) {
    const found = groupOf(request);
    const { SecurityGroupIngress = [], SecurityGroupEgress = [] } = request.properties;
    return (
      found && {
        SecurityGroupIngress: rulesOf(found.IpPermissions ?? [], "Ingress", SecurityGroupIngress),
        SecurityGroupEgress: rulesOf(found.IpPermissionsEgress ?? [], "Egress", SecurityGroupEgress),
        Id: found.GroupId,
        GroupId: found.GroupId,
        GroupName: found.GroupName,
        GroupDescription: found.Description,
        VpcId: found.VpcId,
        Tags: found.Tags ?? [],
      }
    );
  },
  update(request, old) {
    const { properties } = request;
    const id = groupOf(request)?.GroupId ?? request.physicalId;
    changeRules(request, id, "Ingress", old.SecurityGroupIngress ?? [], properties.SecurityGroupIngress ?? []);
    changeRules(request, id, "Egress", egressOf(old), egressOf(properties));
    retag(request, id, old.Tags, properties.Tags);
  },
  delete(request) {
    const id = groupOf(request)?.GroupId;
    if (id !== undefined) request.call("DeleteSecurityGroup", { GroupId: id });
  },
  tag(request, tags) {
    const id = groupOf(request)?.GroupId;
    request.call("CreateTags", { Resources: [id], Tags: tags });
  },
});

type RuleProperties = Rule & { GroupId?: string; GroupName?: string };

function ruleType(direction: Direction): ResourceHandler {
  const groupId = (request: ResourceRequest<RuleProperties>): object =>
    request.properties.GroupId === undefined
      ? { GroupName: request.properties.GroupName }
      : { GroupId: request.properties.GroupId };
  return resource<RuleProperties>(`AWS::EC2::SecurityGroup${direction}`, "ec2", {
    create(request) {
      const made = request.call<AuthorizeSecurityGroupIngressResult & AuthorizeSecurityGroupEgressResult>(
        `AuthorizeSecurityGroup${direction}`,
        { ...groupId(request), IpPermissions: [permission(request.properties)] },
      );
      return made.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
    },
    read(request) {
      const ids = { SecurityGroupRuleIds: [request.physicalId] };
      const found = request.find<DescribeSecurityGroupRulesResult>("DescribeSecurityGroupRules", ids)
        ?.SecurityGroupRules?.[0];
      return (
        found && {
          Id: request.physicalId,
          GroupId: found.GroupId,
          IpProtocol: found.IpProtocol,
          ...(request.properties.Description === undefined ? {} : { Description: found.Description }),
          ...(request.properties.CidrIp === undefined ? {} : { CidrIp: found.CidrIpv4 }),
        }
      );
    },
    update(request) {
      request.call(`UpdateSecurityGroupRuleDescriptions${direction}`, {
        ...groupId(request),
        SecurityGroupRuleDescriptions: [
          { SecurityGroupRuleId: request.physicalId, Description: request.properties.Description ?? "" },
        ],
      });
    },
    delete(request) {
      request.find(`RevokeSecurityGroup${direction}`, {
        ...groupId(request),
        SecurityGroupRuleIds: [request.physicalId],
      });
    },
  });
}

export const securityGroupTypes: readonly ResourceHandler[] = [securityGroup, ruleType("Ingress"), ruleType("Egress")];

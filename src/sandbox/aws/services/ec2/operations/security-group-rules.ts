// Rules of security groups: authorise, revoke, modify, describe.
import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  IpPermission,
  ModifySecurityGroupRulesRequest,
  ModifySecurityGroupRulesResult,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
  SecurityGroupRule as RuleItem,
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import type { Listing } from "../describe.ts";
import { describe } from "../describe.ts";
import { invalidCombination } from "../errors.ts";
import { find, securityGroupKind, securityGroupRuleKind } from "../kinds.ts";
import { checkQuota } from "../quotas.ts";
import type { RuleDraft } from "../security-rules.ts";
import { checkedDescription, findRule, putRule, ruleItem, rulesOf, ruleText } from "../security-rules.ts";
import type { SecurityGroup, SecurityGroupRule } from "../state.ts";
import { securityGroupRules } from "../state.ts";
import { tagsFor } from "../tags.ts";
import { findGroup } from "./security-groups.ts";

const listing: Listing<SecurityGroupRule, RuleItem> = {
  operation: "DescribeSecurityGroupRules",
  kind: securityGroupRuleKind,
  indexed: { "group-id": "group" },
  filters: () => ({ "group-id": (row) => row.groupId, "security-group-rule-id": (row) => row.id }),
  render: (row, ctx) => ruleItem(ctx, row),
};

/** Unlike other filters this one takes nothing that can't be a group's id. */
function checkGroupId(id: string): void {
  if (!/^sg-[0-9a-f*?]+$/.test(id))
    throw new AwsError("InvalidGroupId.Malformed", `The security group ID '${id}' is malformed`);
}

interface RuleRequest {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  IpPermissions?: readonly IpPermission[] | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIp?: string | undefined;
  SourceSecurityGroupName?: string | undefined;
  SecurityGroupRuleIds?: readonly string[] | undefined;
}

/** The permissions of a request in the full form, also where it uses the old short one. */
function permissionsIn(input: RuleRequest): readonly IpPermission[] {
  if (input.IpPermissions && input.IpPermissions.length > 0) return input.IpPermissions;
  const { IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName } = input;
  if (IpProtocol === undefined && CidrIp === undefined && SourceSecurityGroupName === undefined) return [];
  return [
    {
      IpProtocol: IpProtocol ?? (SourceSecurityGroupName ? "-1" : undefined),
      FromPort,
      ToPort,
      ...(CidrIp === undefined ? {} : { IpRanges: [{ CidrIp }] }),
      ...(SourceSecurityGroupName ? { UserIdGroupPairs: [{ GroupName: SourceSecurityGroupName }] } : {}),
    },
  ];
}

function draftsIn(ctx: Context, group: Readonly<SecurityGroup>, input: RuleRequest, egress: boolean): RuleDraft[] {
  const permissions = permissionsIn(input);
  const drafts = rulesOf(ctx, group, permissions, egress);
  if (drafts.length === 0)
    throw new AwsError("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
  return drafts;
}

function authorize(
  ctx: Context,
  input: AuthorizeSecurityGroupIngressRequest,
  egress: boolean,
): AuthorizeSecurityGroupIngressResult {
  const group = findGroup(ctx, input.GroupId, input.GroupName);
  const tags = tagsFor(ctx, input.TagSpecifications, "security-group-rule");
  const added = draftsIn(ctx, group, input, egress).map((draft) => {
    if (findRule(ctx, group.id, draft))
      throw new AwsError("InvalidPermission.Duplicate", `the specified rule "${ruleText(draft)}" already exists`);
    const have = ctx
      .table(securityGroupRules)
      .by("group", group.id)
      .filter((rule) => rule.egress === egress).length;
    checkQuota(
      ctx,
      "rulesPerGroup",
      have,
      "RulesPerSecurityGroupLimitExceeded",
      "The maximum number of rules per security group has been reached.",
    );
    return putRule(ctx, group.id, draft, tags);
  });
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleItem(ctx, rule)) };
}

function revoke(
  ctx: Context,
  input: RevokeSecurityGroupIngressRequest,
  egress: boolean,
): RevokeSecurityGroupIngressResult {
  const group = findGroup(ctx, input.GroupId, input.GroupName);
  const byId = (input.SecurityGroupRuleIds ?? []).map((id) => {
    const rule = find(ctx, securityGroupRuleKind, id, "securityGroupRuleId");
    if (rule.groupId !== group.id || rule.egress !== egress) throw missingRule();
    return rule;
  });
  const rules =
    byId.length > 0
      ? byId
      : draftsIn(ctx, group, input, egress).map((draft) => {
          const rule = findRule(ctx, group.id, draft);
          if (!rule) throw missingRule();
          return rule;
        });
  for (const rule of rules) ctx.table(securityGroupRules).delete(rule.id);
  return {
    Return: true,
    RevokedSecurityGroupRules: rules.map((rule) => {
      const {
        SecurityGroupRuleArn: _arn,
        GroupOwnerId: _owner,
        Tags: _tags,
        ReferencedGroupInfo,
        ...item
      } = ruleItem(ctx, rule);
      return { ...item, ...(ReferencedGroupInfo ? { ReferencedGroupId: ReferencedGroupInfo.GroupId } : {}) };
    }),
  };
}

function missingRule(): AwsError {
  return new AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
}

function updateDescriptions(
  ctx: Context,
  input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
  egress: boolean,
): { Return: boolean } {
  const group = findGroup(ctx, input.GroupId, input.GroupName);
  const set = (id: string, description: string | undefined): void => {
    const { description: _old, ...rest } = find(ctx, securityGroupRuleKind, id, "securityGroupRuleId");
    const changed = description ? { ...rest, description: checkedDescription(description) } : rest;
    ctx.table(securityGroupRules).put(id, changed);
  };
  for (const { SecurityGroupRuleId, Description } of input.SecurityGroupRuleDescriptions ?? [])
    set(SecurityGroupRuleId ?? "", Description);
  for (const draft of rulesOf(ctx, group, input.IpPermissions ?? [], egress)) {
    const rule = findRule(ctx, group.id, draft);
    if (!rule) throw missingRule();
    set(rule.id, draft.description);
  }
  return { Return: true };
}

export const securityGroupRuleOperations: Readonly<Record<string, Operation>> = {
  AuthorizeSecurityGroupIngress: operation<AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult>(
    (input, ctx) => authorize(ctx, input, false),
  ),
  AuthorizeSecurityGroupEgress: operation<AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult>(
    (input, ctx) => authorize(ctx, input, true),
  ),
  RevokeSecurityGroupIngress: operation<RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult>(
    (input, ctx) => revoke(ctx, input, false),
  ),
  RevokeSecurityGroupEgress: operation<RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult>(
    (input, ctx) => revoke(ctx, input, true),
  ),
  UpdateSecurityGroupRuleDescriptionsIngress: operation<
    UpdateSecurityGroupRuleDescriptionsIngressRequest,
    UpdateSecurityGroupRuleDescriptionsIngressResult
  >((input, ctx) => updateDescriptions(ctx, input, false)),
  UpdateSecurityGroupRuleDescriptionsEgress: operation<
    UpdateSecurityGroupRuleDescriptionsEgressRequest,
    UpdateSecurityGroupRuleDescriptionsEgressResult
  >((input, ctx) => updateDescriptions(ctx, input, true)),

  DescribeSecurityGroupRules: operation<DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult>(
    (input, ctx) => {
      for (const { Name, Values = [] } of input.Filters ?? [])
        if (Name === "group-id") for (const id of Values) checkGroupId(id);
      const { items, ...next } = describe(ctx, listing, input, input.SecurityGroupRuleIds);
      return { SecurityGroupRules: items, ...next };
    },
  ),

  ModifySecurityGroupRules: operation<ModifySecurityGroupRulesRequest, ModifySecurityGroupRulesResult>((input, ctx) => {
    const group = find(ctx, securityGroupKind, input.GroupId, "groupId");
    for (const { SecurityGroupRuleId, SecurityGroupRule: wish = {} } of input.SecurityGroupRules ?? []) {
      const old = find(ctx, securityGroupRuleKind, SecurityGroupRuleId, "securityGroupRuleId");
      if (old.groupId !== group.id) throw missingRule();
      const peers = [wish.CidrIpv4, wish.CidrIpv6, wish.PrefixListId, wish.ReferencedGroupId].filter(Boolean);
      if (peers.length > 1)
        throw invalidCombination("Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified");
      const Description = wish.Description;
      const permission: IpPermission = {
        IpProtocol: wish.IpProtocol,
        FromPort: wish.FromPort,
        ToPort: wish.ToPort,
        ...(wish.CidrIpv4 ? { IpRanges: [{ CidrIp: wish.CidrIpv4, Description }] } : {}),
        ...(wish.CidrIpv6 ? { Ipv6Ranges: [{ CidrIpv6: wish.CidrIpv6, Description }] } : {}),
        ...(wish.PrefixListId ? { PrefixListIds: [{ PrefixListId: wish.PrefixListId, Description }] } : {}),
        ...(wish.ReferencedGroupId ? { UserIdGroupPairs: [{ GroupId: wish.ReferencedGroupId, Description }] } : {}),
      };
      const [draft] = rulesOf(ctx, group, [permission], old.egress);
      if (!draft)
        throw new AwsError(
          "MissingParameter",
          "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId",
        );
      const twin = findRule(ctx, group.id, draft);
      if (twin && twin.id !== old.id)
        throw new AwsError("InvalidPermission.Duplicate", `the specified rule "${ruleText(draft)}" already exists`);
      ctx.table(securityGroupRules).put(old.id, { id: old.id, groupId: old.groupId, tags: old.tags, ...draft });
    }
    return { Return: true };
  }),
};

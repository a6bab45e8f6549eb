// Which instance profile an instance has, changed while it runs.
import type {
  AssociateIamInstanceProfileRequest,
  AssociateIamInstanceProfileResult,
  DescribeIamInstanceProfileAssociationsRequest,
  DescribeIamInstanceProfileAssociationsResult,
  DisassociateIamInstanceProfileRequest,
  DisassociateIamInstanceProfileResult,
  IamInstanceProfileAssociation,
  IamInstanceProfileAssociationState,
  IamInstanceProfileSpecification,
  ReplaceIamInstanceProfileAssociationRequest,
  ReplaceIamInstanceProfileAssociationResult,
} from "@aws-sdk/client-ec2";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults } from "../describe.ts";
import { find, instanceKind, required } from "../kinds.ts";
import { profileOf } from "../launch-spec.ts";
import type { Instance } from "../state.ts";
import { instances } from "../state.ts";

const hasProfile = (row: Readonly<Instance>): boolean =>
  row.profile !== undefined && row.state !== "terminated" && row.state !== "shutting-down";

function item(row: Readonly<Instance>, State: IamInstanceProfileAssociationState): IamInstanceProfileAssociation {
  return {
    AssociationId: row.profileAssociationId,
    InstanceId: row.id,
    IamInstanceProfile: { Arn: row.profile?.arn, Id: row.profile?.id },
    State,
  };
}

/** The instance that an association belongs to. */
function associated(ctx: Context, id: string | undefined): Readonly<Instance> {
  const asked = required(id, "associationId");
  const row = ctx.table(instances).find((one) => one.profileAssociationId === asked && hasProfile(one));
  if (!row) throw new AwsError("InvalidAssociationID.NotFound", `An invalid association-id of '${asked}' was given`);
  return row;
}

function associate(
  ctx: Context,
  row: Readonly<Instance>,
  wish: IamInstanceProfileSpecification | undefined,
): Readonly<Instance> {
  const profile = profileOf(ctx, required(wish, "iamInstanceProfile"));
  if (!profile)
    throw new AwsError("MissingParameter", "The request must contain the parameter iamInstanceProfile.name");
  return ctx.table(instances).update(row.id, {
    profile: { arn: profile.arn, id: profile.id },
    profileAssociationId: ctx.ids.ec2("iip-assoc"),
  });
}

export const instanceProfileOperations: Readonly<Record<string, Operation>> = {
  AssociateIamInstanceProfile: operation<AssociateIamInstanceProfileRequest, AssociateIamInstanceProfileResult>(
    (input, ctx) => {
      const row = find(ctx, instanceKind, input.InstanceId, "instanceId");
      if (row.state !== "running" && row.state !== "stopped" && row.state !== "pending")
        throw new AwsError(
          "IncorrectInstanceState",
          `The instance '${row.id}' is not in state 'running' or 'stopped'.`,
        );
      if (hasProfile(row))
        throw new AwsError("IncorrectState", `There is an existing association for instance ${row.id}`);
      return { IamInstanceProfileAssociation: item(associate(ctx, row, input.IamInstanceProfile), "associating") };
    },
  ),

  ReplaceIamInstanceProfileAssociation: operation<
    ReplaceIamInstanceProfileAssociationRequest,
    ReplaceIamInstanceProfileAssociationResult
  >((input, ctx) => {
    const row = associated(ctx, input.AssociationId);
    return { IamInstanceProfileAssociation: item(associate(ctx, row, input.IamInstanceProfile), "associating") };
  }),

  DisassociateIamInstanceProfile: operation<
    DisassociateIamInstanceProfileRequest,
    DisassociateIamInstanceProfileResult
  >((input, ctx) => {
    const row = associated(ctx, input.AssociationId);
    const { profile: _profile, profileAssociationId: _id, ...rest } = row;
    ctx.table(instances).put(row.id, rest);
    return { IamInstanceProfileAssociation: item(row, "disassociating") };
  }),

  DescribeIamInstanceProfileAssociations: operation<
    DescribeIamInstanceProfileAssociationsRequest,
    DescribeIamInstanceProfileAssociationsResult
  >((input, ctx) => {
    checkMaxResults(input.MaxResults);
    const rows = ctx
      .table(instances)
      .list(hasProfile)
      .filter((row) => !input.AssociationIds?.length || input.AssociationIds.includes(row.profileAssociationId ?? ""));
    const matching = applyFilters(rows, input.Filters, { "instance-id": (row) => row.id, state: () => "associated" });
    const { items, nextToken } = paginate(matching, {
      token: input.NextToken,
      max: input.MaxResults,
      ceiling: 1000,
      scope: "ec2/DescribeIamInstanceProfileAssociations",
      keyOf: (row) => row.id,
    });
    return {
      IamInstanceProfileAssociations: items.map((row) => item(row, "associated")),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  }),
};

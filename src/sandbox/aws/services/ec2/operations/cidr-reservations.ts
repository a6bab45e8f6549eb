// Blocks set aside in subnets: what clusters with prefix delegation keep free for their prefixes.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html
import type {
  CreateSubnetCidrReservationRequest,
  CreateSubnetCidrReservationResult,
  DeleteSubnetCidrReservationRequest,
  DeleteSubnetCidrReservationResult,
  GetSubnetCidrReservationsRequest,
  GetSubnetCidrReservationsResult,
  SubnetCidrReservation,
} from "@aws-sdk/client-ec2";
import { cidrContains, cidrOverlaps, formatCidr, parseCidr } from "../../../../../base/index.ts";
import type { Context, Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters } from "../../../query/index.ts";
import { invalidValue } from "../errors.ts";
import { cidrReservationKind, find, required, subnetKind } from "../kinds.ts";
import type { CidrReservation } from "../state.ts";
import { cidrReservations } from "../state.ts";
import { tagList, tagsFor } from "../tags.ts";

function item(ctx: Context, row: Readonly<CidrReservation>): SubnetCidrReservation {
  return {
    SubnetCidrReservationId: row.id,
    SubnetId: row.subnetId,
    Cidr: row.cidr,
    ReservationType: row.type,
    OwnerId: ctx.account,
    ...(row.description === undefined ? {} : { Description: row.description }),
    Tags: tagList(row.tags).Tags ?? [],
  };
}

export const cidrReservationOperations: Readonly<Record<string, Operation>> = {
  CreateSubnetCidrReservation: operation<CreateSubnetCidrReservationRequest, CreateSubnetCidrReservationResult>(
    (input, ctx) => {
      const subnet = find(ctx, subnetKind, input.SubnetId, "subnetId");
      const text = required(input.Cidr, "cidr");
      const type = required(input.ReservationType, "reservationType");
      if (type !== "prefix" && type !== "explicit") throw invalidValue(type, "reservationType");
      const block = parseCidr(text);
      if (!block) throw invalidValue(text, "destinationCidrBlock", "This is not a valid CIDR block.");
      const homes = [subnet.cidr, subnet.ipv6?.cidr ?? ""].flatMap((home) => parseCidr(home) ?? []);
      if (!homes.some((home) => home.family === block.family && cidrContains(home, block)))
        throw new AwsError(
          "InvalidParameterValue",
          `Reservation CIDR should be within subnet CIDR block (${subnet.cidr})`,
        );
      const taken = ctx.table(cidrReservations).by("subnet", subnet.id);
      const overlapping = taken.find(({ cidr }) => {
        const other = parseCidr(cidr);
        return other?.family === block.family && cidrOverlaps(other, block);
      });
      if (overlapping)
        throw new AwsError(
          "InvalidParameterValue",
          `Reservation CIDR ${text} has overlap with existing reserved CIDR block`,
        );
      const id = ctx.ids.ec2("scr");
      const row = ctx.table(cidrReservations).put(id, {
        id,
        subnetId: subnet.id,
        cidr: formatCidr(block),
        type,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        tags: tagsFor(ctx, input.TagSpecifications, "subnet-cidr-reservation"),
      });
      return { SubnetCidrReservation: item(ctx, row) };
    },
  ),

  DeleteSubnetCidrReservation: operation<DeleteSubnetCidrReservationRequest, DeleteSubnetCidrReservationResult>(
    (input, ctx) => {
      const row = find(ctx, cidrReservationKind, input.SubnetCidrReservationId, "subnetCidrReservationId");
      ctx.table(cidrReservations).delete(row.id);
      return { DeletedSubnetCidrReservation: item(ctx, row) };
    },
  ),

  GetSubnetCidrReservations: operation<GetSubnetCidrReservationsRequest, GetSubnetCidrReservationsResult>(
    (input, ctx) => {
      const { id } = find(ctx, subnetKind, input.SubnetId, "subnetId");
      const rows = applyFilters(
        ctx.table(cidrReservations).by("subnet", id),
        input.Filters,
        { reservationType: (row) => row.type, "subnet-id": (row) => row.subnetId },
        (row) => row.tags,
      );
      const of = (ipv6: boolean): SubnetCidrReservation[] =>
        rows.filter(({ cidr }) => cidr.includes(":") === ipv6).map((row) => item(ctx, row));
      return { SubnetIpv4CidrReservations: of(false), SubnetIpv6CidrReservations: of(true) };
    },
  ),
};

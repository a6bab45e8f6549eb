// Which services have VPC endpoints, and the prefix lists of the gateway ones.
import type {
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
} from "@aws-sdk/client-ec2";
import type { Operation } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { applyFilters, paginate } from "../../../query/index.ts";
import { checkMaxResults } from "../describe.ts";
import { endpointServices, prefixLists } from "../endpoint-services.ts";
import { notFound, prefixListKind } from "../kinds.ts";

export const endpointServiceOperations: Readonly<Record<string, Operation>> = {
  DescribeVpcEndpointServices: operation<DescribeVpcEndpointServicesRequest, DescribeVpcEndpointServicesResult>(
    (input, ctx) => {
      checkMaxResults(input.MaxResults, 1);
      const all = endpointServices(ctx.region, ctx.partition);
      for (const name of input.ServiceNames ?? [])
        if (!all.some((service) => service.name === name))
          throw new AwsError("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
      const named = input.ServiceNames?.length ? all.filter(({ name }) => input.ServiceNames?.includes(name)) : all;
      const matching = applyFilters(named, input.Filters, {
        "service-name": (service) => service.name,
        "service-type": (service) => service.types,
        owner: () => "amazon",
        "service-region": () => ctx.region,
        "tag-key": () => undefined,
        "supported-ip-address-types": () => "ipv4",
      });
      const { items, nextToken } = paginate(matching, { token: input.NextToken, max: input.MaxResults });
      return {
        ServiceNames: items.map(({ name }) => name),
        ServiceDetails: items.map((service) => ({
          ServiceName: service.name,
          ServiceId: `vpce-svc-${service.id}`,
          ServiceType: service.types.map((ServiceType) => ({ ServiceType })),
          AvailabilityZones: service.zones,
          Owner: "amazon",
          BaseEndpointDnsNames: [`${service.host}.vpce.amazonaws.com`],
          ...(service.privateDns ? { PrivateDnsName: service.privateDns } : {}),
          VpcEndpointPolicySupported: true,
          AcceptanceRequired: false,
          ManagesVpcEndpoints: false,
          Tags: [],
        })),
        ...(nextToken ? { NextToken: nextToken } : {}),
      };
    },
  ),

  DescribePrefixLists: operation<DescribePrefixListsRequest, DescribePrefixListsResult>((input, ctx) => {
    checkMaxResults(input.MaxResults, 1);
    const all = prefixLists(ctx.region, ctx.partition);
    const missing = input.PrefixListIds?.find((id) => !all.some((list) => list.id === id));
    if (missing !== undefined) throw notFound(prefixListKind, missing);
    const asked = all.filter(({ id }) => !input.PrefixListIds?.length || input.PrefixListIds.includes(id));
    const lists = applyFilters(asked, input.Filters, {
      "prefix-list-id": (list) => list.id,
      "prefix-list-name": (list) => list.name,
    });
    const { items, nextToken } = paginate(lists, { token: input.NextToken, max: input.MaxResults });
    return {
      PrefixLists: items.map((list) => ({ PrefixListId: list.id, PrefixListName: list.name, Cidrs: [...list.cidrs] })),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  }),
};

// Amazon EC2, as far as clusters need it: the VPC family, instances and what they're started from.
import type { Context, Operation, ServiceDefinition } from "../../core/index.ts";
import { defineService } from "../../core/index.ts";
import { addressTimers } from "./addresses.ts";
import { dryRun } from "./errors.ts";
import { instanceTimers } from "./instance-states.ts";
import { cidrReservationOperations } from "./operations/cidr-reservations.ts";
import { dhcpOptionsOperations } from "./operations/dhcp-options.ts";
import { ebsEncryptionOperations } from "./operations/ebs-encryption.ts";
import { elasticAddressOperations } from "./operations/elastic-addresses.ts";
import { endpointServiceOperations } from "./operations/endpoint-services.ts";
import { flowLogOperations } from "./operations/flow-logs.ts";
import { imageOperations } from "./operations/images.ts";
import { instanceProfileOperations } from "./operations/instance-profiles.ts";
import { instanceAttributeOperations } from "./operations/instance-attributes.ts";
import { instanceTypeOperations } from "./operations/instance-types.ts";
import { instanceOperations } from "./operations/instances.ts";
import { interfaceAddressOperations } from "./operations/interface-addresses.ts";
import { internetGatewayOperations } from "./operations/internet-gateways.ts";
import { keyPairOperations } from "./operations/key-pairs.ts";
import { launchTemplateOperations } from "./operations/launch-templates.ts";
import { metadataDefaultsOperations } from "./operations/metadata-defaults.ts";
import { natGatewayOperations, natGatewayTimers } from "./operations/nat-gateways.ts";
import { networkAclOperations } from "./operations/network-acls.ts";
import { networkInterfaceOperations } from "./operations/network-interfaces.ts";
import { peeringOperations } from "./operations/peering.ts";
import { placementGroupOperations } from "./operations/placement-groups.ts";
import { prefixListOperations } from "./operations/prefix-lists.ts";
import { regionOperations } from "./operations/regions.ts";
import { routeTableOperations } from "./operations/route-tables.ts";
import { securityGroupRuleOperations } from "./operations/security-group-rules.ts";
import { securityGroupOperations } from "./operations/security-groups.ts";
import { snapshotOperations, snapshotTimers } from "./operations/snapshots.ts";
import { subnetOperations } from "./operations/subnets.ts";
import { tagOperations } from "./operations/tags.ts";
import { volumeOperations } from "./operations/volumes.ts";
import { vpcCidrOperations } from "./operations/vpc-cidrs.ts";
import { vpcEndpointOperations, vpcEndpointTimers } from "./operations/vpc-endpoints.ts";
import { vpcOperations } from "./operations/vpcs.ts";
import { permissionsFor } from "./permissions.ts";
import { ec2Quotas } from "./quotas.ts";
import { accountAttributes } from "./state.ts";
import { createDefaultVpc } from "./vpc.ts";

const operations: Readonly<Record<string, Operation>> = {
  ...cidrReservationOperations,
  ...dhcpOptionsOperations,
  ...ebsEncryptionOperations,
  ...elasticAddressOperations,
  ...endpointServiceOperations,
  ...flowLogOperations,
  ...imageOperations,
  ...instanceAttributeOperations,
  ...instanceOperations,
  ...instanceProfileOperations,
  ...instanceTypeOperations,
  ...interfaceAddressOperations,
  ...internetGatewayOperations,
  ...keyPairOperations,
  ...launchTemplateOperations,
  ...metadataDefaultsOperations,
  ...natGatewayOperations,
  ...networkAclOperations,
  ...networkInterfaceOperations,
  ...peeringOperations,
  ...placementGroupOperations,
  ...prefixListOperations,
  ...regionOperations,
  ...routeTableOperations,
  ...securityGroupOperations,
  ...securityGroupRuleOperations,
  ...snapshotOperations,
  ...subnetOperations,
  ...tagOperations,
  ...volumeOperations,
  ...vpcCidrOperations,
  ...vpcEndpointOperations,
  ...vpcOperations,
};

/** What every EC2 operation has: DryRun, and permissions on the resources it touches. */
function complete(name: string, plain: Operation): Operation {
  const run = plain.run as (input: { DryRun?: boolean }, ctx: Context) => unknown;
  const permissions = permissionsFor(name);
  return Object.freeze({
    ...plain,
    ...(permissions ? { permissions } : {}),
    run: (input: { DryRun?: boolean }, ctx: Context) => {
      if (input.DryRun) throw dryRun();
      return run(input, ctx);
    },
  }) as unknown as Operation;
}

export const ec2: ServiceDefinition = defineService({
  id: "ec2",
  iamPrefix: "ec2",
  operations: Object.fromEntries(Object.entries(operations).map(([name, plain]) => [name, complete(name, plain)])),
  timers: [...addressTimers, ...instanceTimers, ...natGatewayTimers, ...snapshotTimers, ...vpcEndpointTimers],
  quotas: ec2Quotas,
  seed: (ctx) => {
    const seeded = ctx.table(accountAttributes);
    if (seeded.has("seeded")) return;
    seeded.put("seeded", { value: "true" });
    createDefaultVpc(ctx);
  },
});

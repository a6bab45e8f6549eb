// Services that a VPC can reach by an endpoint, and the prefix lists of the gateway ones.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
import { createHash } from "node:crypto";
import { availabilityZones } from "../../../../facts/index.ts";

export interface EndpointService {
  name: string;
  id: string;
  types: readonly ("Gateway" | "Interface")[];
  host: string;
  privateDns?: string;
  zones: string[];
}

const both = ["s3", "dynamodb"];
const interfaces = [
  "acm-pca",
  "application-autoscaling",
  "appmesh-envoy-management",
  "autoscaling",
  "autoscaling-plans",
  "cloudformation",
  "cloudtrail",
  "codebuild",
  "ebs",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "eks",
  "eks-auth",
  "elasticache",
  "elasticfilesystem",
  "elasticloadbalancing",
  "events",
  "guardduty-data",
  "iam",
  "kinesis-firehose",
  "kinesis-streams",
  "kms",
  "lambda",
  "license-manager",
  "logs",
  "monitoring",
  "rds",
  "route53resolver",
  "secretsmanager",
  "servicequotas",
  "sns",
  "sqs",
  "ssm",
  "ssmmessages",
  "states",
  "sts",
  "tagging",
  "xray",
];

const id17 = (...parts: string[]): string =>
  `0${createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 16)}`;

/** Names are turned round in China; `aws.sagemaker` and its like are left out. */
function prefixOf(partition: string, region: string): string {
  return partition === "aws-cn" ? `cn.com.amazonaws.${region}` : `com.amazonaws.${region}`;
}

/** Every service that has an endpoint in the region. */
export function endpointServices(region: string, partition: string): EndpointService[] {
  const prefix = prefixOf(partition, region);
  const zones = availabilityZones(region).map((zone) => zone.name);
  const make = (service: string, types: EndpointService["types"]): EndpointService => {
    const host = `${service.split(".").toReversed().join(".")}.${region}`;
    const privateDns = service === "ecr.dkr" ? `*.dkr.ecr.${region}.amazonaws.com` : `${host}.amazonaws.com`;
    return { name: `${prefix}.${service}`, id: id17(region, service), types, host, privateDns, zones };
  };
  return [
    ...both.map((service) => make(service, ["Gateway", "Interface"])),
    ...interfaces.map((service) => make(service, ["Interface"])),
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A service that VPC endpoints can lead to, by its full name. */
export function endpointService(region: string, partition: string, name: string): EndpointService | undefined {
  return endpointServices(region, partition).find((service) => service.name === name);
}

/** Prefix lists of the gateway services. The blocks are examples of theirs: AWS changes them at will. */
export function prefixLists(
  region: string,
  partition: string,
): readonly { id: string; name: string; cidrs: readonly string[] }[] {
  const prefix = prefixOf(partition, region);
  return [
    {
      id: `pl-${id17(region, "dynamodb").slice(1, 9)}`,
      name: `${prefix}.dynamodb`,
      cidrs: ["52.94.5.0/24", "52.94.24.0/23"],
    },
    { id: `pl-${id17(region, "s3").slice(1, 9)}`, name: `${prefix}.s3`, cidrs: ["3.5.134.0/23", "52.219.44.0/22"] },
  ];
}

// Remedies of one call each, on what stands beside the cluster: its VPC, subnets, key, logs and instances.
import type { Step, Work } from "../../plan/index.ts";
import type { Crew } from "../crew.ts";

type Of<D extends Work["do"]> = Extract<Work, { do: D }>;

/** ModifyInstanceMetadataOptions. */
export async function demandTokens({ aws }: Crew, _step: Step, { instance }: Of<"demand-tokens">): Promise<void> {
  await aws.call("ec2", "ModifyInstanceMetadataOptions", { InstanceId: instance, HttpTokens: "required" });
}

/** EnableKeyRotation. */
export async function rotateKey({ aws }: Crew, _step: Step, { key }: Of<"rotate-key">): Promise<void> {
  await aws.call("kms", "EnableKeyRotation", { KeyId: key });
}

/** ModifyVpcAttribute, which takes one attribute a call; host names need the VPC's own resolver. */
export async function giveNames({ aws }: Crew, _step: Step, { vpc, attributes }: Of<"vpc-dns">): Promise<void> {
  if (attributes.includes("enableDnsSupport"))
    await aws.call("ec2", "ModifyVpcAttribute", { VpcId: vpc, EnableDnsSupport: { Value: true } });
  if (attributes.includes("enableDnsHostnames"))
    await aws.call("ec2", "ModifyVpcAttribute", { VpcId: vpc, EnableDnsHostnames: { Value: true } });
}

/** CreateTags. */
export async function tagEc2({ aws }: Crew, _step: Step, { resource, tags }: Of<"tag-ec2">): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await aws.call("ec2", "CreateTags", { Resources: [resource], Tags });
}

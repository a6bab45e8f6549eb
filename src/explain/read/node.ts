// The node of a pod: what kind, which role its instance has, how its metadata service is set.
import type { Aws } from "../../aws/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Known } from "../explanation.ts";
import { isRead, read } from "../explanation.ts";
import type { NodeFacts } from "../pod/world.ts";
import { attempt, attemptFind } from "./attempt.ts";

/** As much of a Node as is looked at. */
export interface NodeObject extends KubeObject {
  spec?: { providerID?: string };
}

interface InstanceFacts {
  profile?: string;
  enabled: boolean;
  tokensRequired: boolean;
  hopLimit: number;
}

async function instanceOf(aws: Aws, id: string): Promise<InstanceFacts | undefined> {
  const { Reservations } = await aws.call("ec2", "DescribeInstances", { InstanceIds: [id] });
  const instance = Reservations?.[0]?.Instances?.[0];
  if (!instance) return undefined;
  const { HttpEndpoint, HttpTokens, HttpPutResponseHopLimit } = instance.MetadataOptions ?? {};
  const profile = instance.IamInstanceProfile?.Arn;
  return {
    ...(profile === undefined ? {} : { profile }),
    enabled: HttpEndpoint !== "disabled",
    tokensRequired: HttpTokens === "required",
    hopLimit: HttpPutResponseHopLimit ?? 1,
  };
}

/** Role of an instance profile. */
export async function roleOfProfile(aws: Aws, arn: string): Promise<Known<string | undefined>> {
  const InstanceProfileName = arn.slice(arn.lastIndexOf("/") + 1);
  return attemptFind(`instance profile ${InstanceProfileName}`, async () => {
    const { InstanceProfile } = await aws.call("iam", "GetInstanceProfile", { InstanceProfileName });
    return InstanceProfile?.Roles?.[0]?.Arn;
  });
}

/** Facts of a node that was read. */
export async function nodeFacts(aws: Aws, node: NodeObject): Promise<NodeFacts> {
  const { name, labels = {} } = node.metadata;
  const nowhere = {
    name,
    roleArn: read(undefined),
    metadata: read({ enabled: false, tokensRequired: true, hopLimit: 1 }),
  };
  if (labels["eks.amazonaws.com/compute-type"] === "fargate") return { ...nowhere, kind: "fargate" };
  if (labels["eks.amazonaws.com/compute-type"] === "hybrid") return { ...nowhere, kind: "hybrid" };
  const instanceId = /\/(i-[0-9a-f]+)$/.exec(node.spec?.providerID ?? "")?.[1];
  if (instanceId === undefined) {
    const reason = { unread: "the node names no instance of EC2" };
    return { name, kind: "ec2", roleArn: reason, metadata: reason };
  }
  const instance = await attemptFind(`instance ${instanceId}`, () => instanceOf(aws, instanceId));
  if (!isRead(instance) || !instance.value) {
    const reason = isRead(instance) ? { unread: `there is no instance ${instanceId}` } : instance;
    return { name, kind: "ec2", instanceId, roleArn: reason, metadata: reason };
  }
  const { profile, ...metadata } = instance.value;
  const roleArn = profile === undefined ? read(undefined) : await roleOfProfile(aws, profile);
  return { name, kind: "ec2", instanceId, roleArn, metadata: read(metadata) };
}

/** The node of that name. */
export async function readNode(aws: Aws, kube: Kube, name: string): Promise<Known<NodeFacts | undefined>> {
  const node = await attempt(`node ${name}`, async () => kube.find<NodeObject>(resources.nodes, { name }));
  if (!isRead(node)) return node;
  return read(node.value ? await nodeFacts(aws, node.value) : undefined);
}

// Workloads that add and remove nodes.
import type { Arns, PolicyScope, WorkloadDefinition } from "./definition.ts";
import { actionsOf, defineWorkload } from "./definition.ts";

const clusterName = ({ cluster }: PolicyScope): string => cluster ?? "*";

/** https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md */
export const clusterAutoscaler: WorkloadDefinition = defineWorkload({
  name: "cluster-autoscaler",
  title: "Cluster Autoscaler",
  namespace: "kube-system",
  serviceAccount: "cluster-autoscaler",
  narrowedBy: ["cluster"],
  statements: [
    {
      sid: "ReadGroups",
      reason: "finds groups by their tags, their sizes and what became of launches; these calls know no resources",
      actions: [
        ...actionsOf(
          "autoscaling",
          "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations DescribeScalingActivities DescribeTags",
        ),
      ],
    },
    {
      sid: "ReadInstanceKinds",
      reason: "knows what a new node would be like before there is one",
      actions: actionsOf(
        "ec2",
        "DescribeImages DescribeInstanceTypes DescribeLaunchTemplateVersions GetInstanceTypesFromInstanceRequirements",
      ),
    },
    {
      sid: "ReadManagedGroups",
      reason: "labels and taints of managed groups that are at zero",
      actions: ["eks:DescribeNodegroup"],
      resources: (scope, arns) => [arns.of("eks", `nodegroup/${clusterName(scope)}/*`)],
    },
    {
      sid: "ResizeOwnGroups",
      reason: "adds nodes, and takes away those that it chose; only in groups tagged for it and for this cluster",
      actions: actionsOf("autoscaling", "SetDesiredCapacity TerminateInstanceInAutoScalingGroup"),
      resources: (_, arns) => [arns.of("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
      condition: ({ cluster }) => ({
        StringEquals: {
          "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
          ...(cluster === undefined ? {} : { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: "owned" }),
        },
      }),
    },
  ],
});

/** Karpenter's own tag, and the one that marks a cluster's own. */
const [nodePool, nodeClass, nodeClaim] = [
  "karpenter.sh/nodepool",
  "karpenter.k8s.aws/ec2nodeclass",
  "karpenter.sh/nodeclaim",
];
const requested = (scope: PolicyScope) => ({
  StringEquals: {
    [`aws:RequestTag/kubernetes.io/cluster/${clusterName(scope)}`]: "owned",
    "aws:RequestTag/eks:eks-cluster-name": clusterName(scope),
  },
});
const owned = (scope: PolicyScope) => ({
  [`aws:ResourceTag/kubernetes.io/cluster/${clusterName(scope)}`]: "owned",
});
const ec2 = (arns: Arns, kinds: string): readonly string[] =>
  kinds.split(" ").map((kind) => arns.of("ec2", `${kind}/*`));

/** https://karpenter.sh/docs/reference/cloudformation/ */
export const karpenter: WorkloadDefinition = defineWorkload({
  name: "karpenter",
  title: "Karpenter",
  namespace: "kube-system",
  serviceAccount: "karpenter",
  narrowedBy: ["cluster", "region", "account", "nodeRoles", "queue"],
  // Its tags have the cluster's name in their keys, where no pattern counts.
  needs: ["cluster"],
  statements: [
    {
      sid: "LaunchFromWhatIsThere",
      reason: "a launch names image, groups, subnets and reservations that are not Karpenter's",
      actions: actionsOf("ec2", "RunInstances CreateFleet"),
      resources: (_, arns) => [
        arns.bare("ec2", "image/*").replace(/:::/, ":*::"),
        arns.bare("ec2", "snapshot/*").replace(/:::/, ":*::"),
        ...ec2(arns, "security-group subnet capacity-reservation"),
      ],
    },
    {
      sid: "LaunchFromOwnTemplates",
      reason: "launch templates that Karpenter made for this cluster",
      actions: actionsOf("ec2", "RunInstances CreateFleet"),
      resources: (_, arns) => ec2(arns, "launch-template"),
      condition: (scope) => ({ StringEquals: owned(scope), StringLike: { [`aws:ResourceTag/${nodePool}`]: "*" } }),
    },
    {
      sid: "LaunchTagged",
      reason: "everything that it makes is marked as this cluster's and as a node pool's",
      actions: actionsOf("ec2", "RunInstances CreateFleet CreateLaunchTemplate"),
      resources: (_, arns) =>
        ec2(arns, "fleet instance volume network-interface launch-template spot-instances-request"),
      condition: (scope) => ({ ...requested(scope), StringLike: { [`aws:RequestTag/${nodePool}`]: "*" } }),
    },
    {
      sid: "TagWhatItMakes",
      reason: "tags are set in the same call as the resource",
      actions: ["ec2:CreateTags"],
      resources: (_, arns) =>
        ec2(arns, "fleet instance volume network-interface launch-template spot-instances-request"),
      condition: (scope) => ({
        StringEquals: {
          ...requested(scope).StringEquals,
          "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
        },
        StringLike: { [`aws:RequestTag/${nodePool}`]: "*" },
      }),
    },
    {
      sid: "NameOwnInstances",
      reason: "name and claim of an instance are known after its launch",
      actions: ["ec2:CreateTags"],
      resources: (_, arns) => ec2(arns, "instance"),
      condition: (scope) => ({
        StringEquals: owned(scope),
        StringLike: { [`aws:ResourceTag/${nodePool}`]: "*" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["eks:eks-cluster-name", nodeClaim, "Name"] },
      }),
    },
    {
      sid: "RemoveOwn",
      reason: "nodes that are empty, drifted or expired, and templates that are no longer used",
      actions: actionsOf("ec2", "TerminateInstances DeleteLaunchTemplate"),
      resources: (_, arns) => ec2(arns, "instance launch-template"),
      condition: (scope) => ({ StringEquals: owned(scope), StringLike: { [`aws:ResourceTag/${nodePool}`]: "*" } }),
    },
    {
      sid: "ReadEc2",
      reason: "what could be launched where, and what runs; these calls know no resources",
      actions: actionsOf(
        "ec2",
        "DescribeCapacityReservations DescribeImages DescribeInstances DescribeInstanceStatus DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeLaunchTemplates DescribePlacementGroups DescribeSecurityGroups DescribeSpotPriceHistory DescribeSubnets",
      ),
      condition: ({ region }): Readonly<Record<string, Readonly<Record<string, string>>>> =>
        region === undefined ? {} : { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      sid: "ReadImageParameters",
      reason: "the newest image of an AMI family",
      actions: ["ssm:GetParameter"],
      resources: (scope, arns) => [
        arns.bare("ssm", "parameter/aws/service/*").replace(/:::/, `:${scope.region ?? "*"}::`),
      ],
    },
    { sid: "ReadPrices", reason: "prices on demand; a service without resources", actions: ["pricing:GetProducts"] },
    {
      sid: "HearOfInterruptions",
      reason: "spot interruptions and maintenance come by a queue",
      actions: actionsOf("sqs", "DeleteMessage GetQueueUrl ReceiveMessage"),
      resources: ({ queue, cluster }, arns) => [arns.of("sqs", queue ?? cluster ?? "*")],
    },
    {
      sid: "GiveNodesTheirRole",
      reason: "instances get the nodes' role, and nothing else does",
      actions: ["iam:PassRole"],
      resources: ({ nodeRoles = [], cluster }, arns) =>
        (nodeRoles.length > 0 ? nodeRoles : [`KarpenterNodeRole-${cluster ?? "*"}`]).map((role) =>
          role.startsWith("arn:") ? role : arns.global("iam", `role/${role}`),
        ),
      condition: () => ({ StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } }),
    },
    {
      sid: "MakeInstanceProfiles",
      reason: "a profile for each node class",
      actions: actionsOf("iam", "CreateInstanceProfile TagInstanceProfile"),
      resources: (_, arns) => [arns.global("iam", "instance-profile/*")],
      condition: (scope) => ({ ...requested(scope), StringLike: { [`aws:RequestTag/${nodeClass}`]: "*" } }),
    },
    {
      sid: "ChangeOwnInstanceProfiles",
      reason: "its profiles get a role, and go with their node class",
      actions: actionsOf("iam", "AddRoleToInstanceProfile DeleteInstanceProfile RemoveRoleFromInstanceProfile"),
      resources: (_, arns) => [arns.global("iam", "instance-profile/*")],
      condition: (scope) => ({ StringEquals: owned(scope), StringLike: { [`aws:ResourceTag/${nodeClass}`]: "*" } }),
    },
    {
      sid: "ReadInstanceProfiles",
      reason: "whether a profile is there",
      actions: actionsOf("iam", "GetInstanceProfile ListInstanceProfiles"),
      resources: (_, arns) => [arns.global("iam", "instance-profile/*")],
    },
    {
      sid: "FindTheCluster",
      reason: "endpoint, certificate and service range for what nodes are started with",
      actions: ["eks:DescribeCluster"],
      resources: (_, arns) => [arns.cluster],
    },
  ],
});

/** https://github.com/aws/aws-node-termination-handler#2-create-an-iam-role-for-the-pods */
export const nodeTerminationHandler: WorkloadDefinition = defineWorkload({
  name: "aws-node-termination-handler",
  title: "AWS Node Termination Handler (queue mode)",
  namespace: "kube-system",
  serviceAccount: "aws-node-termination-handler",
  narrowedBy: ["queue", "region", "account"],
  statements: [
    {
      sid: "HearOfEvents",
      reason: "interruptions, rebalance recommendations and lifecycle hooks come by a queue",
      actions: actionsOf("sqs", "DeleteMessage ReceiveMessage"),
      resources: ({ queue }, arns) => [arns.of("sqs", queue ?? "*")],
    },
    {
      sid: "FindInstances",
      reason: "which group and node an event is about",
      actions: ["autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeTags", "ec2:DescribeInstances"],
    },
    {
      sid: "LetHooksGoOn",
      reason: "a drained node may be terminated at once",
      actions: ["autoscaling:CompleteLifecycleAction"],
      resources: (_, arns) => [arns.of("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
    },
  ],
});

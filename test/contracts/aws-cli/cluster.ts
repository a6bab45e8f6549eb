import type { CliCase } from "./case.ts";

/** EKS with what hangs on it: node groups, Auto Scaling, add-ons, Fargate, access. */
export const cluster: readonly CliCase[] = [
  {
    aws: "eks describe-cluster --name sea",
    exit: 255,
    err: /ResourceNotFoundException.*No cluster found for name: sea/,
  },
  {
    aws: "eks create-cluster --name sea --role-arn {eksRole} --resources-vpc-config subnetIds={a}",
    exit: 255,
    err: /InvalidParameterException/,
  },
  {
    aws: "eks create-cluster --name sea --role-arn {eksRole} --kubernetes-version 1.34 --resources-vpc-config subnetIds={a},{b} --access-config authenticationMode=API_AND_CONFIG_MAP --tags team=platform",
    out: { cluster: { status: "CREATING", version: "1.34", tags: { team: "platform" } } },
  },
  {
    aws: "eks create-cluster --name sea --role-arn {eksRole} --resources-vpc-config subnetIds={a},{b}",
    exit: 255,
    err: /ResourceInUseException.*Cluster already exists with name: sea/,
  },
  { aws: "eks wait cluster-active --name sea" },
  {
    aws: "eks describe-cluster --name sea --query cluster.identity.oidc.issuer",
    out: /oidc\.eks\.eu-central-1\.amazonaws\.com\/id\/[0-9A-F]{32}/,
  },
  { aws: "eks list-clusters", out: { clusters: ["sea"] } },
  { aws: "eks describe-cluster-versions --query clusterVersions[].clusterVersion", out: /1\.36[\s\S]*1\.34/ },
  {
    aws: 'eks update-cluster-config --name sea --logging \'{"clusterLogging":[{"types":["api"],"enabled":true}]}\'',
    keep: { update: "update.id" },
  },
  { aws: "eks update-cluster-version --name sea --kubernetes-version 1.35", exit: 255, err: /ResourceInUseException/ },
  { aws: "eks describe-cluster --name sea --query cluster.status", out: /ACTIVE/ },
  {
    aws: "eks describe-update --name sea --update-id {update}",
    out: { update: { status: "Successful", type: "LoggingUpdate" } },
  },
  {
    aws: "eks update-cluster-version --name sea --kubernetes-version 1.36",
    exit: 255,
    err: /InvalidParameterException/,
  },
  {
    aws: "eks create-nodegroup --cluster-name sea --nodegroup-name crew --subnets {a} {b} --node-role {nodeRole} --scaling-config minSize=1,maxSize=3,desiredSize=2 --instance-types t3.large --labels role=crew",
    out: { nodegroup: { status: "CREATING", scalingConfig: { desiredSize: 2 } } },
  },
  { aws: "eks wait nodegroup-active --cluster-name sea --nodegroup-name crew" },
  {
    aws: "eks describe-nodegroup --cluster-name sea --nodegroup-name crew",
    out: { nodegroup: { status: "ACTIVE", labels: { role: "crew" } } },
    keep: { asg: "nodegroup.resources.autoScalingGroups.0.name" },
  },
  {
    aws: "autoscaling describe-auto-scaling-groups --auto-scaling-group-names {asg} --query length(AutoScalingGroups[0].Instances)",
    out: /^2$/m,
  },
  {
    aws: "ec2 describe-instances --filters Name=tag:eks:nodegroup-name,Values=crew Name=instance-state-name,Values=running --query length(Reservations[].Instances[])",
    out: /^2$/m,
  },
  {
    aws: "eks update-nodegroup-config --cluster-name sea --nodegroup-name crew --scaling-config desiredSize=3",
    out: { update: { type: "ConfigUpdate" } },
  },
  { aws: "eks wait nodegroup-active --cluster-name sea --nodegroup-name crew" },
  { aws: "eks delete-cluster --name sea", exit: 255, err: /ResourceInUseException.*Cluster has nodegroups attached/ },
  {
    aws: "eks describe-addon-versions --addon-name coredns --kubernetes-version 1.34 --query addons[0].addonVersions[0].addonVersion",
    out: /^"v/m,
  },
  { aws: "eks create-addon --cluster-name sea --addon-name coredns", out: { addon: { status: "CREATING" } } },
  { aws: "eks wait addon-active --cluster-name sea --addon-name coredns" },
  { aws: "eks create-addon --cluster-name sea --addon-name coredns", exit: 255, err: /ResourceInUseException/ },
  {
    aws: "eks create-addon --cluster-name sea --addon-name vpc-cni --addon-version v0.0.1-eksbuild.1",
    exit: 255,
    err: /InvalidParameterException/,
  },
  { aws: "eks list-addons --cluster-name sea", out: { addons: ["coredns"] } },
  {
    aws: "eks create-access-entry --cluster-name sea --principal-arn {nodeRole} --type STANDARD",
    exit: 255,
    err: /ResourceInUseException/,
  },
  {
    aws: "eks create-access-entry --cluster-name sea --principal-arn {eksRole} --kubernetes-groups crew",
    out: { accessEntry: { type: "STANDARD" } },
  },
  {
    aws: "eks associate-access-policy --cluster-name sea --principal-arn {eksRole} --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy --access-scope type=namespace,namespaces=web",
  },
  {
    aws: "eks list-associated-access-policies --cluster-name sea --principal-arn {eksRole}",
    out: /AmazonEKSViewPolicy/,
  },
  { aws: "eks delete-access-entry --cluster-name sea --principal-arn {eksRole}" },
  { aws: "eks tag-resource --resource-arn arn:aws:eks:eu-central-1:123456789012:cluster/sea --tags a=b" },
  {
    aws: "eks list-tags-for-resource --resource-arn arn:aws:eks:eu-central-1:123456789012:cluster/sea",
    out: { tags: { a: "b" } },
  },
  {
    aws: "eks create-fargate-profile --cluster-name sea --fargate-profile-name p --pod-execution-role-arn {nodeRole} --subnets {a} --selectors namespace=x",
    exit: 255,
    err: /InvalidParameterException/,
  },
  { aws: "eks get-token --cluster-name sea --query status.token --output text", out: /^k8s-aws-v1\.[\w-]+$/m },
  { aws: "eks list-updates --name sea", out: { updateIds: ["{update}"] } },
  { aws: "eks delete-addon --cluster-name sea --addon-name coredns" },
  { aws: "eks wait addon-deleted --cluster-name sea --addon-name coredns" },
  { aws: "eks delete-nodegroup --cluster-name sea --nodegroup-name crew" },
  { aws: "eks wait nodegroup-deleted --cluster-name sea --nodegroup-name crew" },
  {
    aws: "autoscaling describe-auto-scaling-groups --auto-scaling-group-names {asg} --query length(AutoScalingGroups)",
    out: /^0$/m,
  },
  { aws: "eks delete-cluster --name sea", out: { cluster: { status: "DELETING" } } },
  { aws: "eks wait cluster-deleted --name sea" },
  { aws: "eks list-clusters", out: { clusters: [] } },
];

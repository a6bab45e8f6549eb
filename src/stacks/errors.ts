// Every code of this room, with what it stands for.

/** Title and remedy by code; the texts of an occurrence say more. */
export const stackErrors: Readonly<Record<string, { title: string; remedy: string }>> = {
  "stacks/not-yet": {
    title: "The file asks for something that can't be built yet",
    remedy: "Leave it out, or create the cluster with eksctl: lotse manages what eksctl made",
  },
  "stacks/cidr": { title: "The VPC's range can't be cut into subnets", remedy: "Take a range between /16 and /24" },
  "stacks/too-many-zones": {
    title: "More zones than a VPC's subnets are cut for",
    remedy: "List at most 8 zones in availabilityZones",
  },
  "stacks/unknown-zone": {
    title: "A node group names a zone where the cluster has no subnet",
    remedy: "List the zone in availabilityZones of the cluster",
  },
  "stacks/unknown-subnet": {
    title: "A node group names a subnet that the cluster doesn't have",
    remedy: "Name one of the cluster's zones, or a subnet id",
  },
  "stacks/ssh-key": {
    title: "An SSH public key is of a type that EC2 doesn't import",
    remedy: "Give an OpenSSH public key of type ssh-rsa or ssh-ed25519",
  },
  "stacks/profile-without-role": {
    title: "A node group brings an instance profile without saying its role",
    remedy: "Add iam.instanceRoleARN beside iam.instanceProfileARN",
  },
  "stacks/node-config": {
    title: "overrideBootstrapCommand is no NodeConfig document",
    remedy: "Write a document with apiVersion node.eks.aws/v1alpha1 and kind NodeConfig",
  },
};

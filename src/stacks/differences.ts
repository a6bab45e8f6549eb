// Where lotse's stacks differ from eksctl's on purpose; everything else is equal, and test/eksctl-stacks.test.ts says so.

/** One difference and its reason. */
export interface Difference {
  readonly id: string;
  readonly eksctl: string;
  readonly lotse: string;
  readonly why: string;
}

/** Every difference, with its reason. */
export const differences: readonly Difference[] = [
  {
    id: "user-data-boundary",
    eksctl: "draws the MIME boundary of user data at random and ends its header lines with CR LF",
    lotse: "always writes BOUNDARY, and LF",
    why: "A plan of what was just applied has to be empty; cloud-init and nodeadm read both.",
  },
  {
    id: "order",
    eksctl: "sends subnets, tags and node labels in the random order of Go maps",
    lotse: "sorts them",
    why: "Equal input gives equal text; they are sets.",
  },
  {
    id: "zones",
    eksctl: "picks zones at random when the file names none",
    lotse: "takes the region's first, or for a living cluster those of its stack",
    why: "A rehearsal and the real run, and two runs of one file, have to be the same.",
  },
  {
    id: "service-network",
    eksctl: "builds node groups only when the cluster lives",
    lotse: "shows offline the DNS address of the service network that EKS would choose",
    why: "Offline output has no cluster to ask; the living cluster's value replaces it.",
  },
  {
    id: "conflicting-tags",
    eksctl:
      "sends a tag twice with different values when metadata.tags and a node group, service account or association both set it",
    lotse: "sends the more specific value",
    why: "CloudFormation doesn't say which of the two it keeps.",
  },
  {
    id: "name-tag",
    eksctl: "adds its own Name tag to instances beside one in the group's tags, which EC2 refuses",
    lotse: "lets the group's Name stand",
    why: "The file can't be meant otherwise.",
  },
  {
    id: "profile-without-role",
    eksctl: "writes an access entry that refers to a role which isn't in the template, and fails",
    lotse: "refuses iam.instanceProfileARN without iam.instanceRoleARN",
    why: "Without the role's ARN the nodes can't be let in.",
  },
];

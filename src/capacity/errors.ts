// Every code of this room: errors of questions that make no sense, and notes of plans.

/** What each code stands for; the text of an occurrence says more. */
export const capacityCodes: Readonly<Record<string, string>> = {
  "capacity/auto-mode": "EKS Auto Mode or Karpenter chooses the nodes: their addresses can't be reckoned from the file",
  "capacity/bad-cidr": "A block of addresses is none, or too small to be cut",
  "capacity/bad-number": "A number isn't one that the question allows",
  "capacity/cni-unread": "Settings of the VPC CNI in the file can't be read; its defaults are taken",
  "capacity/custom-networking": "Pods get addresses in subnets that the file doesn't name",
  "capacity/fargate": "How many pods run on Fargate isn't known",
  "capacity/fragmented": "Prefixes need whole blocks of 16 addresses, which single addresses break",
  "capacity/no-nodes": "The file has no node group",
  "capacity/no-prefixes": "Instances of the type can't take prefixes",
  "capacity/no-room": "More pods are asked for than the nodes hold",
  "capacity/no-type": "No instance type does what is asked for",
  "capacity/not-ipv6": "Instances of the type can't be nodes of an IPv6 cluster",
  "capacity/subnet-size": "The file doesn't say how large a subnet is",
  "capacity/subnet-too-small": "A subnet has too few addresses for what the file asks for",
  "capacity/type-unknown": "The table of instance types doesn't know the type",
  "capacity/unread": "Node groups or add-ons of a living cluster may not be read, and aren't reckoned",
  "capacity/vpc-too-small": "No VPC is large enough for what the file asks for",
  "capacity/zone-lost": "When a zone is lost, the others can't take its nodes",
};

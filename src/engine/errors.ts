// Every code of this room: messages on the way, and errors that a step ends with.

/** What each code stands for; the text of an occurrence says more. */
export const engineCodes: Readonly<Record<string, string>> = {
  "engine/addon-degraded": "An add-on is there but not well",
  "engine/addon-failed": "EKS couldn't make or change an add-on",
  "engine/blocker": "Something that lotse doesn't own keeps a network from being deleted",
  "engine/change-set-failed": "CloudFormation refuses a change",
  "engine/cluster-failed": "The control plane is in state FAILED",
  "engine/fargate-profile-failed": "EKS couldn't make a Fargate profile",
  "engine/finished": "Everything is done, or nothing more can be",
  "engine/no-auto-scaling-group": "A node group has no Auto Scaling group",
  "engine/no-cluster": "The cluster has vanished while it was worked on",
  "engine/no-role": "A stack lacks the output that names its role",
  "engine/nodegroup-delete-failed": "EKS couldn't delete a node group",
  "engine/resource-failed": "A resource of a stack failed",
  "engine/stack-failed": "A stack didn't end where it should",
  "engine/stack-not-updatable": "A stack is in a state that takes no update",
  "engine/stack-restless": "A stack's state keeps changing; somebody else works on it",
  "engine/step-done": "A step is done",
  "engine/step-failed": "A step failed",
  "engine/step-progress": "Something happened within a step",
  "engine/step-skipped": "A step wasn't begun: one that it needs failed, or everything stopped",
  "engine/step-started": "A step begins",
  "engine/unexpected": "A defect: something threw that shouldn't",
  "engine/unresolved": "A stack can't be rendered although its turn has come",
  "engine/update-failed": "An EKS update failed",
  "engine/would-replace": "A change set would replace what everything hangs on; it wasn't executed",
};

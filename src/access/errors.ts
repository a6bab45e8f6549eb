// Every code of this room.

/** What each code stands for; the text of an occurrence says more. */
export const accessCodes: Readonly<Record<string, string>> = {
  "access/bad-provider": "EKS would refuse an identity provider as it is asked for",
  "access/bad-entry": "EKS would refuse an access entry as it is asked for",
  "access/cluster-status": "The cluster has no API server that could be reached now",
  "access/map-changed": "aws-auth was changed while it was being carried over",
  "access/map-contended": "Others keep writing aws-auth",
  "access/mode-update": "EKS didn't change the authentication mode",
  "access/no-cluster": "There is no such cluster",
  "access/no-entries": "The cluster takes no access entries",
  "access/no-entry": "The cluster has no access entry for that principal",
  "access/no-session-name": "A user's session name is to be handed on, and users have none",
  "access/no-provider": "The cluster has no identity provider of that name",
  "access/provider-update": "EKS didn't change the cluster's identity provider",
  "access/removes-node-role": "The last access entry of a role of nodes would go",
  "access/removes-own-access": "The caller's own last access entry would go",
  "access/stack-left": "The stack of an access entry can't be deleted",
  "access/step-done": "Message: a step of a migration is done",
  "access/step-started": "Message: a step of a migration has begun",
  "access/role-base": "How roles by annotation were found can't be read",
};

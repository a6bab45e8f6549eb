// The form of access policies' rules: that of a ClusterRole.

/** What a rule allows. `*` stands for everything; a resource covers its subresources only when it is `*`. */
export interface PolicyRule {
  apiGroups?: readonly string[];
  /** Plural names; `pods/log` for a subresource, a star and `/scale` for one of every resource. */
  resources?: readonly string[];
  verbs: readonly string[];
  /** Names of objects; any when missing. */
  resourceNames?: readonly string[];
  /** Paths, a trailing `*` stands for any rest. They hold in cluster scope only. */
  nonResourceURLs?: readonly string[];
}

/** Reading. */
export const read: readonly string[] = ["get", "list", "watch"];
/** Changing. */
export const write: readonly string[] = ["create", "delete", "deletecollection", "patch", "update"];
/** Both. */
export const full: readonly string[] = [...read, ...write];

/**
 * A rule for resources of one group.
 *
 * @param resources names with spaces between; `deployments+scale+status` is the resource and the two subresources
 */
export function rule(group: string, resources: string, verbs: readonly string[]): PolicyRule {
  const names = resources.split(" ").flatMap((word) => {
    const [name = "", ...subresources] = word.split("+");
    return [name, ...subresources.map((subresource) => `${name}/${subresource}`)];
  });
  return { apiGroups: [group], resources: names, verbs };
}

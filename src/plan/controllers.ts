// `controllers:` of the Platform document: which roles are installed, with which objects, and whose service accounts get a
// role of IAM. Roles are loaded only for files that name some.
import { LotseError } from "../base/index.ts";
import type { Cluster } from "../config/index.ts";
import type { KubeObject } from "../kube/index.ts";

/** A role that is to be installed. */
export interface ControllerWish {
  name: string;
  /** In the order in which they are applied. */
  objects: readonly KubeObject[];
  /** The service account that is made with its role of IAM, as `namespace/name`; undefined where it needs none. */
  account?: string;
  index: number;
}

/** The namespace that roles run in where the file names none. */
export const controllersNamespace = "lotse-system";

/**
 * The cluster with the service accounts that its roles need, and the roles themselves.
 *
 * @throws LotseError `plan/controllers-need-oidc`
 */
export async function withControllers(
  cluster: Cluster,
): Promise<{ cluster: Cluster; wishes: readonly ControllerWish[] }> {
  const section = cluster.platform?.controllers;
  if (!section || (section.roles ?? []).length === 0) return { cluster, wishes: [] };
  const { installedName, iamPolicyOf, knownRoles, manifestOptions, namespaceObjects, objectsOf } =
    await import("../controllers/index.ts");
  const { config } = cluster;
  const entries = section.roles ?? [];
  const options = manifestOptions({
    namespace: section.namespace ?? controllersNamespace,
    ...(section.image === undefined ? {} : { image: section.image }),
    ...(section.certificates === undefined ? {} : { certificates: section.certificates }),
    ...(config.metadata.region === undefined ? {} : { region: config.metadata.region }),
    flags: Object.fromEntries(entries.map(({ name, flags = [] }) => [name, flags])),
  });
  const { namespace } = options;
  const accounts: NonNullable<NonNullable<typeof config.iam>["serviceAccounts"]> = [];
  const wishes = entries.map((entry, index): ControllerWish => {
    const [role] = knownRoles([entry.name]);
    if (!role) throw new Error(`there is no role ${entry.name}`);
    const policy = iamPolicyOf(role);
    const name = installedName(role);
    const needsRole = policy !== undefined || entry.roleARN !== undefined;
    const objects = [...namespaceObjects(options), ...objectsOf(role, options)] as KubeObject[];
    if (!needsRole) return { name: role.name, objects, index };
    if (!config.iam?.withOIDC) {
      throw new LotseError("plan/controllers-need-oidc", {
        title: `The role ${role.name} calls AWS, and the cluster gives service accounts no roles`,
        at: cluster.locate(["iam", "withOIDC"]),
        remedy: "Set iam.withOIDC: true",
      });
    }
    const isThere = (config.iam?.serviceAccounts ?? []).some(
      ({ metadata }) => metadata?.name === name && (metadata.namespace ?? "default") === namespace,
    );
    if (!isThere)
      accounts.push({
        metadata: { name, namespace },
        ...(entry.roleARN === undefined
          ? { attachPolicy: policy as unknown as Record<string, unknown> }
          : { attachRoleARN: entry.roleARN }),
      });
    // The account comes with its role, in a step of its own.
    const rest = objects.filter(({ kind }) => kind !== "ServiceAccount" && kind !== "Namespace");
    return { name: role.name, objects: rest, account: `${namespace}/${name}`, index };
  });
  const written = config.iam?.serviceAccounts ?? [];
  const iam = { ...config.iam, serviceAccounts: [...written, ...accounts] };
  return { cluster: accounts.length === 0 ? cluster : { ...cluster, config: { ...config, iam } }, wishes };
}

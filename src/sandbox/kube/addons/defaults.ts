// What EKS puts into a new cluster beside add-ons: the storage class gp2, and the roles of its own managers. Once: what
// users change or delete of it stays so.
import type { KubeClient, KubeObject } from "../client.ts";
import { KubeRefusal } from "../client.ts";

const marker = "lotse.dev/defaults";
const rbac = "/apis/rbac.authorization.k8s.io/v1";

/** From 1.30 on nothing says that it is the default. */
const gp2 = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp2" },
  provisioner: "kubernetes.io/aws-ebs",
  parameters: { fsType: "ext4", type: "gp2" },
  reclaimPolicy: "Delete",
  volumeBindingMode: "WaitForFirstConsumer",
};

/** Users of EKS's own managers, who may do everything that their work needs. */
function manager(name: string, user: string): object {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  };
}

const objects: readonly [path: string, object: object][] = [
  ["/apis/storage.k8s.io/v1/storageclasses", gp2],
  [`${rbac}/clusterrolebindings`, manager("eks:addon-cluster-admin", "eks:addon-manager")],
];

/**
 * Makes them in a cluster that never had them.
 *
 * @param more what else is made then
 */
export async function makeDefaults(client: KubeClient, more: () => Promise<void>): Promise<void> {
  const system = await client.find<KubeObject>("/api/v1/namespaces/kube-system");
  if (!system) throw new Error("namespace kube-system isn't there yet");
  if (system.metadata.annotations?.[marker]) return;
  for (const [path, object] of objects) {
    try {
      await client.create(path, object);
    } catch (error) {
      // Somebody was faster: it is theirs.
      if (!(error instanceof KubeRefusal) || error.status !== 409) throw error;
    }
  }
  await more();
  await client.patch("/api/v1/namespaces/kube-system", "merge", { metadata: { annotations: { [marker]: "made" } } });
}

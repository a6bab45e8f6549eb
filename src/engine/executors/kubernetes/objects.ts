// Objects inside the cluster: namespaces, service accounts, mappings, device plugins, storage classes.
import { editAwsAuth } from "../../../access/index.ts";
import { addAccount, addMapping, readAwsAuth, removeMapping, sameArn, stripPath } from "../../../identity/index.ts";
import { resources, type KubeObject } from "../../../kube/index.ts";
import { defaultClassAnnotation, gives, managedBy, roleAnnotation, type Step, type Work } from "../../../plan/index.ts";
import { applyObject } from "../../apply-object.ts";
import type { Crew } from "../../crew.ts";
import { nvidiaPlugin } from "./device-plugins.ts";

const yes = async (): Promise<boolean> => Promise.resolve(true);

/** Applies one object on behalf of a step. */
async function apply(
  crew: Crew,
  step: Step,
  resource: (typeof resources)[keyof typeof resources],
  object: KubeObject,
): Promise<void> {
  await applyObject(await crew.kube(), resource, object, {
    force: crew.forceConflicts,
    say: (text) => crew.progress(step, text),
  });
}

/** A namespace, with nothing to it. */
export async function createNamespace(
  crew: Crew,
  step: Step,
  { namespace }: Extract<Work, { do: "create-namespace" }>,
): Promise<void> {
  await apply(crew, step, resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
}

/** A service account with the annotation of its role. */
export async function applyServiceAccount(
  crew: Crew,
  step: Step,
  { object }: Extract<Work, { do: "apply-service-account" }>,
): Promise<void> {
  const { namespace, serviceAccount: name, labels, role } = object;
  const annotations = {
    ...object.annotations,
    ...(role && { [roleAnnotation]: await crew.roleArn(role) }),
  };
  await apply(crew, step, resources.serviceAccounts, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace, labels: { ...labels }, annotations },
  });
}

/** Deletes a service account that eksctl or lotse made. */
export async function deleteServiceAccount(
  crew: Crew,
  _step: Step,
  { namespace, serviceAccount: name }: Extract<Work, { do: "delete-service-account" }>,
): Promise<void> {
  const kube = await crew.kube();
  const existing = await kube.find(resources.serviceAccounts, { namespace, name });
  const [label, value] = managedBy;
  if (existing?.metadata.labels?.[label] !== value) return;
  await kube.delete(resources.serviceAccounts, { namespace, name });
}

/** Puts a mapping into aws-auth. Others of the same ARN go: only the last would count. */
export async function mapIdentity(
  crew: Crew,
  _step: Step,
  { object }: Extract<Work, { do: "map-identity" }>,
): Promise<void> {
  const kube = await crew.kube();
  const { principal, username, groups, id } = object;
  if ("account" in principal) {
    await editAwsAuth(kube, (data) => addAccount(data, principal.account), yes);
    return;
  }
  const full = await crew.roleArn(principal);
  const arn = id.startsWith("aws-auth/nodegroup/") ? stripPath(full) : full;
  await editAwsAuth(
    kube,
    (data) => {
      const { roles, users } = readAwsAuth(data);
      const entries = [...roles, ...users].filter((entry) => sameArn(entry.arn, arn));
      if (gives(entries.at(-1), object)) return { data: { ...data }, changed: false, notes: [] };
      const rest = entries.length > 0 ? removeMapping(data, arn, { all: true, guard: { force: true } }).data : data;
      return addMapping(rest, { arn, groups, ...(username !== undefined && { username }) });
    },
    yes,
  );
}

/** Takes a node role out of aws-auth. */
export async function unmapNodeRole(
  crew: Crew,
  _step: Step,
  { roleArn }: Extract<Work, { do: "unmap-node-role" }>,
): Promise<void> {
  const arn = stripPath(roleArn);
  await editAwsAuth(await crew.kube(), (data) => removeMapping(data, arn, { all: true, guard: { force: true } }), yes);
}

/** The device plugin of GPUs. */
export async function installDevicePlugin(crew: Crew, step: Step): Promise<void> {
  await apply(crew, step, resources.daemonSets, nvidiaPlugin);
}

interface StorageClass extends KubeObject {
  provisioner: string;
  parameters: Record<string, string>;
  volumeBindingMode: string;
  allowVolumeExpansion: boolean;
}

/** The default class of volumes; those that were it before stay, without being the default. */
export async function defaultStorageClass(
  crew: Crew,
  step: Step,
  { type, provisioner, instead }: Extract<Work, { do: "default-storage-class" }>,
): Promise<void> {
  const kube = await crew.kube();
  const key = { name: type };
  const metadata = { ...key, annotations: { [defaultClassAnnotation]: "true" } };
  if (await kube.find(resources.storageClasses, key)) {
    // Driver and parameters of a class can't change; whose it is by name is the default.
    await kube.patch(resources.storageClasses, key, "merge", { metadata: { annotations: metadata.annotations } });
  } else {
    const made: StorageClass = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata,
      provisioner,
      parameters: { type },
      // A volume has to be in the zone of its pod.
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    };
    await apply(crew, step, resources.storageClasses, made);
  }
  for (const name of instead) {
    await kube.patch(resources.storageClasses, { name }, "merge", {
      metadata: { annotations: { [defaultClassAnnotation]: "false" } },
    });
  }
}

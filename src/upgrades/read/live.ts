// In which versions of APIs live objects are written. The server converts what it lists, so that only managed fields and kubectl's
// annotation tell.
import { removedApi, removedApis } from "../../facts/index.ts";
import type { Connection, Kube, KubeObject, Resource } from "../../kube/index.ts";
import { isNotFound } from "../../kube/index.ts";
import type { ApiUse } from "../world.ts";

/** Written by controllers alone, and in thousands. */
const byControllers = new Set(["ControllerRevision", "EndpointSlice", "Event", "Lease", "ReplicaSet", "ResourceSlice"]);

/** Programs of the control plane, which are upgraded with it. */
const ofControlPlane = /^(?:kube-(?:apiserver|controller-manager|scheduler)|api-priority-and-fairness-config-\w+-v1)$/;

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

interface MarkedObject extends KubeObject {
  metadata: KubeObject["metadata"] & { managedFields?: { manager?: string; apiVersion?: string }[] };
}

/** `{"apiVersion":"policy/v1beta1"…}` → its apiVersion; undefined for a text that isn't kubectl's. */
function lastApplied(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const { apiVersion } = JSON.parse(text) as { apiVersion?: unknown };
    return typeof apiVersion === "string" ? apiVersion : undefined;
  } catch {
    // Anybody may write an annotation; what isn't JSON isn't kubectl's.
    return undefined;
  }
}

/** Uses of versions that go, of one object; each version once. */
export function usesOf(object: MarkedObject, kind: string): ApiUse[] {
  const { name, namespace, annotations, managedFields = [] } = object.metadata;
  const marks = [
    ...managedFields.filter(({ manager = "" }) => !ofControlPlane.test(manager)),
    { manager: "kubectl apply", apiVersion: lastApplied(annotations?.[annotation]) },
  ];
  const seen = new Set<string>();
  return marks.flatMap(({ manager = "somebody", apiVersion }): ApiUse[] => {
    if (apiVersion === undefined || seen.has(apiVersion) || !removedApi(apiVersion, kind)) return [];
    seen.add(apiVersion);
    const place = namespace === undefined ? {} : { namespace };
    return [{ source: "live", apiVersion, kind, name, by: manager, ...place }];
  });
}

/** What reading takes of a cluster's API. */
export type LiveDoor = Pick<Kube, "list"> & { connection: Pick<Connection, "send"> };

interface ServedResource {
  name: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

/** Kinds that have a version that goes, as this server serves them: in the version that takes its place, or in the one that goes. */
async function served(kube: LiveDoor): Promise<Resource[]> {
  const rows = removedApis().filter(({ kind }) => !byControllers.has(kind));
  const wanted = [...new Set(rows.flatMap(({ apiVersion, replacement }) => [replacement ?? apiVersion, apiVersion]))];
  const lists = await Promise.all(
    wanted.map(async (apiVersion): Promise<Resource[]> => {
      const [group = "", version = ""] = apiVersion.split("/");
      const path = `/apis/${group}/${version}`;
      try {
        const { resources } = await kube.connection.send<{ resources: ServedResource[] }>({
          method: "GET",
          path,
          what: `discover ${apiVersion}`,
        });
        return resources
          .filter(({ kind, name, verbs }) => {
            const isWanted = rows.some(
              (row) => row.kind === kind && (row.replacement === apiVersion || row.apiVersion === apiVersion),
            );
            return isWanted && !name.includes("/") && verbs.includes("list");
          })
          .map(({ name, kind, namespaced }) => ({ group, version, plural: name, kind, namespaced }));
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    }),
  );
  // The same objects are served in several versions: one is enough.
  return [...new Map(lists.flat().map((each) => [`${each.group}/${each.kind}`, each])).values()];
}

/** Reads them. @throws LotseError `kube/…` */
export async function readLiveUses(kube: LiveDoor): Promise<ApiUse[]> {
  const found = await Promise.all(
    (await served(kube)).map(async (resource) => {
      const objects = await kube.list<MarkedObject>(resource);
      return objects.flatMap((object) => usesOf(object, resource.kind));
    }),
  );
  return found.flat();
}

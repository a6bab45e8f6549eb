// From apiVersion and kind to a path, as the API server itself says.
import type { Kube, Resource } from "../../kube/index.ts";
import { isNotFound } from "../../kube/index.ts";

interface ResourceList {
  resources: readonly { name: string; kind: string; namespaced: boolean }[];
}

/** Asks once a version of a group. */
export interface Discovery {
  /** Undefined when the server doesn't serve it. */
  find(apiVersion: string, kind: string): Promise<Resource | undefined>;
  /** New kinds may be there. */
  forget(): void;
}

/** Discovery over an open door. */
export function openDiscovery(kube: Kube): Discovery {
  const known = new Map<string, Promise<ResourceList>>();
  const ask = async (apiVersion: string): Promise<ResourceList> => {
    const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      return await kube.connection.send<ResourceList>({ method: "GET", path, what: `list the kinds of ${apiVersion}` });
    } catch (error) {
      if (isNotFound(error)) return { resources: [] };
      throw error;
    }
  };
  return {
    async find(apiVersion, kind) {
      // Only what can stand in a path: the rest is served by nobody.
      if (!/^[a-z0-9.-]+(\/[a-z0-9]+)?$/.test(apiVersion)) return undefined;
      const list = known.get(apiVersion) ?? ask(apiVersion);
      known.set(apiVersion, list);
      const { resources } = await list;
      // Subresources (`deployments/scale`) have kinds too.
      const found = resources.find((each) => each.kind === kind && !each.name.includes("/"));
      if (!found) return undefined;
      const [version = "", group = ""] = apiVersion.split("/").toReversed();
      return { group, version, plural: found.name, kind, namespaced: found.namespaced };
    },
    forget: () => known.clear(),
  };
}

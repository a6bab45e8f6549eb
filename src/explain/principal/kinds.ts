// Resources by the names that people type: `po`, `pod`, `pods/log`, `deploy/web`, `deployments.apps`, `/healthz`.
import { LotseError } from "../../base/index.ts";
import type { Wanted } from "./world.ts";

/** A kind of objects as the API server lists it. */
export interface KindFacts {
  group: string;
  /** Plural. */
  resource: string;
  singular: string;
  short: readonly string[];
  namespaced: boolean;
}

const line = (group: string, namespaced: boolean, text: string): KindFacts[] =>
  text.split(" ").map((word) => {
    const [resource = "", ...short] = word.split(":");
    const singular = resource.endsWith("sses")
      ? resource.slice(0, -2)
      : resource.endsWith("ies")
        ? `${resource.slice(0, -3)}y`
        : resource.replace(/s$/, "");
    return { group, resource, singular, short, namespaced };
  });

/** Those that every cluster has. https://kubernetes.io/docs/reference/kubectl/#resource-types */
export const builtinKinds: readonly KindFacts[] = [
  ...line(
    "",
    true,
    "pods:po services:svc configmaps:cm secrets serviceaccounts:sa endpoints:ep events:ev persistentvolumeclaims:pvc replicationcontrollers:rc resourcequotas:quota limitranges:limits podtemplates bindings",
  ),
  ...line("", false, "nodes:no namespaces:ns persistentvolumes:pv componentstatuses:cs"),
  ...line("apps", true, "deployments:deploy daemonsets:ds statefulsets:sts replicasets:rs controllerrevisions"),
  ...line("batch", true, "jobs cronjobs:cj"),
  ...line("autoscaling", true, "horizontalpodautoscalers:hpa"),
  ...line("policy", true, "poddisruptionbudgets:pdb"),
  ...line("networking.k8s.io", true, "ingresses:ing networkpolicies:netpol"),
  ...line("networking.k8s.io", false, "ingressclasses"),
  ...line("discovery.k8s.io", true, "endpointslices"),
  ...line("rbac.authorization.k8s.io", true, "roles rolebindings"),
  ...line("rbac.authorization.k8s.io", false, "clusterroles clusterrolebindings"),
  ...line("storage.k8s.io", false, "storageclasses:sc csidrivers csinodes volumeattachments"),
  ...line("coordination.k8s.io", true, "leases"),
  ...line("apiextensions.k8s.io", false, "customresourcedefinitions:crd:crds"),
  ...line("scheduling.k8s.io", false, "priorityclasses:pc"),
  ...line("admissionregistration.k8s.io", false, "mutatingwebhookconfigurations validatingwebhookconfigurations"),
  ...line("certificates.k8s.io", false, "certificatesigningrequests:csr"),
  ...line("authorization.k8s.io", true, "localsubjectaccessreviews"),
  ...line("authorization.k8s.io", false, "selfsubjectaccessreviews subjectaccessreviews"),
];

/** Parts of objects that are resources of their own; what else follows a slash is an object's name. */
const subresources: readonly string[] =
  "approval attach binding ephemeralcontainers eviction exec finalize finalizers log portforward proxy resize rollback scale status token".split(
    " ",
  );

/** How a question about a resource may be narrowed. */
export interface Narrowing {
  namespace?: string | undefined;
  allNamespaces?: boolean | undefined;
  subresource?: string | undefined;
}

function find(text: string, kinds: readonly KindFacts[]): KindFacts | undefined {
  const [name = "", ...rest] = text.toLowerCase().split(".");
  const group = rest.join(".");
  return kinds.find(
    (kind) =>
      (kind.resource === name || kind.singular === name || kind.short.includes(name)) &&
      (group === "" || kind.group === group || `v1.${kind.group}` === group),
  );
}

/**
 * Reads what somebody wants, as `kubectl auth can-i` takes it.
 *
 * @param kinds of the cluster; those that every cluster has come after them
 * @throws LotseError `explain/bad-resource`
 */
export function readWanted(verb: string, text: string, narrowing: Narrowing, kinds: readonly KindFacts[] = []): Wanted {
  if (!/^([a-z]+|\*)$/.test(verb)) {
    throw new LotseError("explain/bad-resource", {
      title: `${JSON.stringify(verb)} is no verb of Kubernetes`,
      remedy: "Give get, list, watch, create, update, patch, delete, deletecollection, or a verb of its own kind.",
    });
  }
  if (text.startsWith("/")) return { kind: "path", verb, path: text };
  const [type = "", ...rest] = text.split("/");
  const behind = rest.join("/");
  if (type === "" || rest.length > 1 || (rest.length === 1 && behind === "")) {
    throw new LotseError("explain/bad-resource", {
      title: `${JSON.stringify(text)} is no resource`,
      remedy: "Write pods, pods/log, pod/web-1, deployments.apps, or a path as /healthz.",
    });
  }
  const [plural = "", ...groupParts] = type.toLowerCase().split(".");
  const known: KindFacts = find(type, [...kinds, ...builtinKinds]) ?? {
    group: groupParts.join("."),
    resource: plural,
    singular: plural,
    short: [],
    namespaced: true,
  };
  const part = narrowing.subresource ?? (subresources.includes(behind) ? behind : undefined);
  const name = behind !== "" && behind !== part ? behind : undefined;
  const everywhere = !known.namespaced || narrowing.allNamespaces === true;
  // Getting a namespace itself counts as within it.
  const own = known.resource === "namespaces" && known.group === "" ? (name ?? "") : "";
  return {
    kind: "resource",
    verb,
    group: known.group,
    resource: type === "*" ? "*" : known.resource,
    ...(part === undefined ? {} : { subresource: part }),
    ...(name === undefined ? {} : { name }),
    namespace: everywhere ? own : (narrowing.namespace ?? "default"),
    namespaced: known.namespaced,
  };
}

/** `get pods in shop`, `list nodes`, `get /healthz`. */
export function wantedText(wanted: Wanted): string {
  if (wanted.kind === "path") return `${wanted.verb} ${wanted.path}`;
  const { verb, group, resource, subresource, name, namespace, namespaced } = wanted;
  const full = `${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  const where = !namespaced ? "" : namespace === "" ? " in all namespaces" : ` in ${namespace}`;
  return `${verb} ${full}${name === undefined ? "" : ` ${name}`}${where}`;
}

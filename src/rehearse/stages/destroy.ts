// The end: what the manifests made goes first, so that its volumes go with it, then the cluster; and nothing may be left.
import { sleep } from "../../base/index.ts";
import { isNotFound } from "../../kube/index.ts";
import { openDiscovery } from "../manifests/discovery.ts";
import { inWaves } from "../manifests/order.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { sceneResources } from "../scene/objects.ts";
import type { Stage } from "../stage.ts";
import { timesText } from "../stage.ts";
import { inventory } from "./inventory.ts";

/** Wall milliseconds for volumes to go with their claims. */
const longestGoodbye = 10_000;

/** As `kubectl delete -f`, backwards; then claims that StatefulSets leave behind, whose volumes would outlive the cluster. */
async function clearOut(rehearsal: Rehearsal): Promise<void> {
  const { kube, scene } = await rehearsal.kubernetes();
  const discovery = openDiscovery(kube);
  for (const wave of inWaves(rehearsal.manifests).toReversed()) {
    await Promise.all(
      wave.map(async ({ object }) => {
        const resource = await discovery.find(object.apiVersion, object.kind);
        const { name, namespace = "default" } = object.metadata;
        if (!resource || (object.kind === "Namespace" && /^(default|kube-)/.test(name))) return;
        await kube.delete(resource, resource.namespaced ? { namespace, name } : { name }, {
          propagationPolicy: "Background",
        });
      }),
    );
  }
  const claims = scene.all("claims");
  await Promise.all(
    claims.map(async ({ metadata: { name, namespace = "" } }) =>
      kube.delete(sceneResources.claims, { namespace, name }),
    ),
  );
  if (claims.length === 0) return;
  const volumes = {
    group: "",
    version: "v1",
    plural: "persistentvolumes",
    kind: "PersistentVolume",
    namespaced: false,
  };
  for (const deadline = Date.now() + longestGoodbye; Date.now() < deadline;) {
    const left = await kube.list(volumes).catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
    if (left.length === 0) return;
    await sleep(200, rehearsal.signal);
    rehearsal.pass(2);
  }
}

/**
 * Takes everything down.
 *
 * @param before the account before the rehearsal
 * @param report is told what was left
 */
export function destroyStage(before: ReadonlySet<string>, report: (leftovers: string[]) => void): Stage {
  return {
    id: "destroy",
    title: "Destroy",
    run: async (rehearsal, { cases, findings }) => {
      const { config } = await rehearsal.cluster();
      const { name } = config.metadata;
      const [virtual, wall] = [rehearsal.seconds(), performance.now()];
      const exists = rehearsal.account<{ clusters: string[] }>("eks", "ListClusters", {}).clusters.includes(name);
      if (rehearsal.missing === undefined && exists && rehearsal.manifests.length > 0) await clearOut(rehearsal);
      rehearsal.leave();
      const result = await rehearsal.destroy(name);
      rehearsal.signal.throwIfAborted();
      for (const { step, message } of result.failed) {
        cases.push({ name: step, outcome: "failed", text: message });
        findings.push({
          code: "rehearse/step-failed",
          severity: "error",
          title: `${step}: ${message}`,
          remedy: "`lotse destroy` can be run again; it goes on where it stopped.",
        });
      }
      const left = [...inventory(rehearsal)].filter((item) => !before.has(item));
      report(left);
      cases.push({
        name: "nothing is left in the account",
        outcome: left.length === 0 ? "passed" : "failed",
        ...(left.length > 0 ? { text: left.join("\n") } : {}),
      });
      if (left.length > 0) {
        findings.push({
          code: "rehearse/left-behind",
          severity: "error",
          title: `${left.length} things are left in the account: ${left.slice(0, 5).join(", ")}${left.length > 5 ? " …" : ""}`,
          detail: left.join("\n"),
          remedy: "Delete what the cluster's workloads made (volumes, load balancers) before the cluster.",
          data: { left },
        });
        return `${left.length} things are left`;
      }
      return `the account is empty again; ${timesText(rehearsal.seconds() - virtual, performance.now() - wall)}`;
    },
  };
}

// Looks after the rules, and lets pods onto the node only when they are set: nodes join with a taint, which goes then. Without
// it a pod that is quicker than the proxy gets the node's own role (kube2iam's issue 170).
import { errorMessage, sleep } from "../../base/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { RoleContext } from "../frame/index.ts";
import type { Firewall } from "./firewall/firewall.ts";

interface TaintedNode extends KubeObject {
  spec?: { taints?: { key: string; effect: string }[] };
}

/** A rule that somebody took away is back within so many milliseconds. */
const pause = 5_000;

/** Takes the taint from the node; true when it is gone. */
async function untaint({ kube, log }: RoleContext, node: string, key: string): Promise<boolean> {
  const found = await kube.get<TaintedNode>(resources.nodes, { name: node });
  const taints = found.spec?.taints ?? [];
  if (!taints.some((taint) => taint.key === key)) return true;
  // Only if nobody has changed the list in between.
  await kube.patch(resources.nodes, { name: node }, "json", [
    { op: "test", path: "/metadata/resourceVersion", value: found.metadata.resourceVersion },
    { op: "replace", path: "/spec/taints", value: taints.filter((taint) => taint.key !== key) },
  ]);
  log.info("the node takes pods: its start-up taint is gone", { node, taint: key });
  return true;
}

/** Goes on until the role stops. */
export async function guardRules(context: RoleContext, firewall: Firewall | undefined): Promise<void> {
  const { flags, health, log, metrics, signal } = context;
  const node = flags.text("node");
  const taint = flags.optional("startup-taint");
  const repairs = metrics.counter("lotse_metadata_proxy_rule_repairs_total", "Times that rules were missing and set.");
  let problem: string | undefined = firewall ? "the rules aren't set yet" : undefined;
  let released = taint === undefined;
  health.check("rules", () => problem);
  while (!signal.aborted) {
    try {
      if (firewall && !(await firewall.isSet())) {
        await firewall.set();
        repairs.inc();
        log.info("the rules are set");
      }
      problem = undefined;
      released ||= await untaint(context, node, taint ?? "");
    } catch (error) {
      problem = errorMessage(error);
      log.error("the rules can't be looked after", { error });
    }
    await sleep(pause, signal).catch(() => undefined);
  }
  if (firewall && flags.switch("remove-rules-on-exit")) {
    await firewall.remove();
    log.info("the rules are gone; pods get the node's role from now on");
  }
}

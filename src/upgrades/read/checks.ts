// Checks of the doctor that stand against an upgrade, made in its words.
import { checkNamed, nameOfSubject, runChecks } from "../../doctor/index.ts";
import type { World } from "../../doctor/index.ts";
import type { CheckSeen, UpgradeWorld } from "../world.ts";
import { tried } from "./unread.ts";

/**
 * Free addresses for the control plane; subnets that are gone; health of the cluster, groups and add-ons; budgets that stop a
 * drain; the container socket; webhooks that fail closed; versions of the CNI and the load balancer controller; the key; IPVS and
 * ingress-nginx, which go with newer versions.
 */
const ids = [
  "LT-N004",
  "LT-N005",
  "LT-N033",
  "LT-N034",
  "LT-D004",
  "LT-D005",
  "LT-U006",
  "LT-U010",
  "LT-U011",
  "LT-U016",
  "LT-U018",
  "LT-U021",
  "LT-U023",
  "LT-U025",
] as const;

/** Images, where no living node group tells what it runs. */
const ofFileAlone = "LT-D008";

/** Makes the checks. */
export async function readChecks(world: World): Promise<Pick<UpgradeWorld, "checks" | "unreadChecks">> {
  const names = world.account ? ids : [...ids, ofFileAlone];
  const made = await tried(async () => runChecks(world, { checks: names.map(checkNamed) }));
  if ("unread" in made) return { checks: made, unreadChecks: [] };
  const { findings, unknown } = made.value;
  return {
    checks: {
      value: findings.map(({ id, severity, resource, title, text, fix, at }): CheckSeen => ({
        code: id,
        severity,
        subject: nameOfSubject(resource),
        title,
        text,
        remedy: fix.command ?? fix.text,
        ...(at ? { at } : {}),
      })),
    },
    unreadChecks: unknown.map(({ id, title, reason }) => ({ code: id, title, reason })),
  };
}

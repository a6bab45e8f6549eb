// Every role of `lotse controller`, read as the whole operator: the programs that an identity-aware cluster needs, in one
// image.
//
// How a role plugs in: a folder `controllers/<role>/` exports one `defineRole({ … })` (frame/role.ts) and gets a line
// below; a test, and nothing else. Its flags, RBAC, IAM policy, manifests, metrics, health and page of the reference follow
// from the definition.
// - `watches` become informers: `context.informer("pods").get("shop", "web-1")`, `.byIndex("ip", address)`. With
//   `reconcile` their objects' keys go through a work queue: whatever it throws is tried again, later each time.
// - `serve` gives the routes of the role's HTTPS listener. With `listener.certificate: "own"` the certificate, its rotation
//   and the caBundle of `webhooks` are the frame's work.
// - `run` is for everything else: a proxy of its own, a packet filter that is watched.
// - `leaderElection: true`: `reconcile` and `run` in one instance at a time.
// - `context.log` writes JSON lines and redacts secrets, `context.metrics` counts, `context.health.check` delays readiness,
//   `context.events.record` writes an Event on an object, `context.signal` says when to stop.
// Roles import `./frame/index.ts` and never each other; what they share beyond it belongs to a pure room.
import { LotseError } from "../base/index.ts";
import { authenticator } from "./authenticator/role.ts";
import type { RoleDefinition } from "./frame/role.ts";
import { login, loginProxy } from "./login/role.ts";
import { metadataProxy } from "./metadata-proxy/role.ts";
import { podIdentityAgent } from "./pod-identity-agent/role.ts";
import { podIdentityWebhook } from "./pod-identity-webhook/role.ts";

/** Sorted by name. */
export const roles: readonly RoleDefinition[] = [
  authenticator,
  login,
  loginProxy,
  metadataProxy,
  podIdentityAgent,
  podIdentityWebhook,
];

/** A role by its name; undefined when there is none. */
export function roleNamed(name: string): RoleDefinition | undefined {
  return roles.find((role) => role.name === name);
}

/**
 * Roles by their names, in the order given; without names all of them.
 *
 * @throws LotseError `controllers/unknown-role`
 */
export function knownRoles(names: readonly string[]): RoleDefinition[] {
  if (names.length === 0) return [...roles];
  return [...new Set(names)].map((name) => {
    const role = roleNamed(name);
    if (role) return role;
    throw new LotseError("controllers/unknown-role", {
      title: `There is no role ${JSON.stringify(name)}`,
      remedy: `Roles are ${roles.map((each) => each.name).join(", ")}.`,
    });
  });
}

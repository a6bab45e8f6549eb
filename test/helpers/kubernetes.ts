// A living cluster in a sandbox, and the product's door to it.
import { setTimeout as sleep } from "node:timers/promises";
import { bearerToken } from "../../src/identity/index.ts";
import type { Kube } from "../../src/kube/index.ts";
import { openKube } from "../../src/kube/index.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import type { World } from "./world.ts";

/** Whoever signs tokens with AWS keys. */
type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/**
 * A door to a cluster as somebody, by AWS keys or with tokens of his own; the account's administrator by default.
 * `retries` as in `KubeTarget`.
 */
export function kubeOf(
  world: Pick<World, "sandbox" | "send">,
  name: string,
  who: Keys | (() => string) = world.sandbox.credentials,
  retries = 5,
): Kube {
  const { cluster } = world.send<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
    "eks",
    "DescribeCluster",
    { name },
  );
  const { region } = world.sandbox;
  return openKube({
    server: cluster.endpoint,
    retries,
    authority: Buffer.from(cluster.certificateAuthority.data, "base64").toString(),
    token: () => {
      if (typeof who === "function") return Promise.resolve({ token: who(), expires: Date.now() + 60_000 });
      const { token, expiresAt } = bearerToken({ cluster: name, region, credentials: who, at: Date.now() });
      return Promise.resolve({ token, expires: expiresAt });
    },
  });
}

/** For what never comes; how long something takes on a busy machine is nothing that a test knows. */
const patienceSeconds = 120;

/** Looks until it is so; throws with what it saw last. */
export async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`not after ${patienceSeconds} s: ${JSON.stringify(seen).slice(0, 2000)}`);
    await sleep(100);
  }
}

/** Reasons of the events about an object of the default namespace, or of another. */
export async function eventsOf(kube: Kube, name: string, namespace = "default"): Promise<string[]> {
  const found = await kube.connection.send<{ items: { reason: string }[] }>({
    method: "GET",
    path: `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3D${name}`,
    what: "list events",
  });
  return found.items.map(({ reason }) => reason);
}

/** Process ids of a cluster's programs. */
export function pidsOf(sandbox: Sandbox, name: string): readonly number[] {
  return sandbox.kubernetes?.status().find((cluster) => cluster.name === name)?.pids ?? [];
}

/** True while a process runs. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: it has ended.
    return false;
  }
}

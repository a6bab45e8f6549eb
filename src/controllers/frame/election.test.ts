// Ends of a leader's time, against a lease in memory; elections between instances are judged with a real API server in
// test/scenarios/controllers-frame.test.ts.
import { describe, it } from "vitest";
import type { KubeObject } from "../../kube/index.ts";
import type { ElectionOptions } from "./election.ts";
import { defaultTimes, leadOnce } from "./election.ts";
import { openLog } from "./log.ts";

interface Lease extends KubeObject {
  spec: { holderIdentity: string };
}

describe("a leader that ends", () => {
  it("doesn't take the lease again by a renewal whose answer comes late", async ({ expect }) => {
    let lease: Lease | undefined;
    let finds = 0;
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    let renew = (): void => undefined;
    const renewing = new Promise<void>((resolve) => (renew = resolve));
    const write = <T extends KubeObject>(_: unknown, object: T): Promise<T> => {
      lease = object as unknown as Lease;
      return Promise.resolve(object);
    };
    const kube: ElectionOptions["kube"] = {
      async find<T extends KubeObject>(): Promise<T | undefined> {
        finds += 1;
        // The second is the first renewal's.
        if (finds === 2) {
          renew();
          await held;
        }
        return lease as unknown as T | undefined;
      },
      create: write,
      replace: write,
    };
    const ended = leadOnce(
      {
        kube,
        namespace: "roles",
        name: "lotse-greeter",
        identity: "first",
        log: openLog({ write: () => undefined }),
        times: { ...defaultTimes, retry: 1 },
        signal: new AbortController().signal,
      },
      () => renewing,
    );
    expect(await ended).toBe("ended");
    expect(lease?.spec.holderIdentity).toBe("");
    answer();
    // Whatever follows from the answer follows at once.
    await new Promise((resolve) => setImmediate(resolve));
    expect(lease?.spec.holderIdentity).toBe("");
  });
});

import { describe, it } from "vitest";
import type { Happening } from "./life.ts";
import { advance, containersOf } from "./life.ts";
import type { Pod } from "./pod.ts";

const web = { name: "web", image: "nginx" };

const pod = (spec: object, script: Record<string, string> = {}, status?: object): Pod =>
  ({
    metadata: {
      name: "p",
      namespace: "default",
      uid: "u",
      annotations: Object.fromEntries(Object.entries(script).map(([name, value]) => [`lotse.dev/sim-${name}`, value])),
    },
    spec: { containers: [web], ...spec },
    ...(status ? { status } : {}),
  }) as unknown as Pod;

/** What is said of the containers, second by second, where a second of theirs is one of the clock's. */
function diary(of: Pod, seconds: number): { at: number; reason: string; container: string }[] {
  const containers = containersOf(of);
  const written: { at: number; reason: string; container: string }[] = [];
  for (let at = 0; at <= seconds; at += 1) {
    const said: Happening[] = [];
    const options = { now: at * 1000, wall: (virtual: number) => virtual * 1000, pullSeconds: () => 0, said };
    advance(containers, of, options);
    for (const { reason, container } of said) written.push({ at, reason, container });
    if (containers.ending) written.push({ at, reason: containers.ending.phase, container: "" });
    if (containers.ending) break;
  }
  return written;
}

const starts = (of: Pod, seconds: number, container = "web"): number[] =>
  diary(of, seconds)
    .filter((each) => each.reason === "Started" && each.container === container)
    .map(({ at }) => at);

describe("the containers of a pod", () => {
  it("start again at once, then after 10, 20, 40 seconds", ({ expect }) => {
    // Each crash comes a second after the start.
    expect(starts(pod({}, { crash: "5" }), 200)).toEqual([0, 1, 12, 33, 74, 155]);
  });

  it("wait at most five minutes, however often they crash", ({ expect }) => {
    const at = starts(pod({}, { crash: "20" }), 4000);
    const pauses = at.map((second, i) => second - (at[i - 1] ?? 0)).slice(-3);
    expect(pauses).toEqual([301, 301, 301]);
  });

  it("end once without a restart policy that starts them again", ({ expect }) => {
    const last = (of: Pod): string | undefined => diary(of, 50).at(-1)?.reason;
    expect(last(pod({ restartPolicy: "Never" }))).toBe("Succeeded");
    expect(last(pod({ restartPolicy: "Never" }, { "exit-code": "3" }))).toBe("Failed");
    expect(starts(pod({ restartPolicy: "OnFailure" }, { crash: "1" }), 50)).toEqual([0, 1]);
    expect(last(pod({ restartPolicy: "OnFailure" }, { crash: "1" }))).toBe("Succeeded");
  });

  it("wait for their init containers, of which one that fails is tried again or is the end", ({ expect }) => {
    const initContainers = [
      { name: "one", image: "one" },
      { name: "two", image: "two" },
    ];
    const slow = { "run-seconds.one": "3", "run-seconds.two": "4" };
    expect(starts(pod({ initContainers }, slow), 20, "two")).toEqual([3]);
    expect(starts(pod({ initContainers }, slow), 20)).toEqual([7]);
    expect(starts(pod({ initContainers }, { "crash.one": "1" }), 20)).toEqual([1]);
    const never = diary(pod({ initContainers, restartPolicy: "Never" }, { "exit-code.one": "1" }), 20);
    expect(never.at(-1)).toEqual({ at: 0, reason: "Failed", container: "" });
  });

  it("don't wait for sidecars to end, which end with them", ({ expect }) => {
    const initContainers = [{ name: "side", image: "side", restartPolicy: "Always" }];
    const job = diary(pod({ initContainers, restartPolicy: "Never" }, { "run-seconds": "5" }), 20);
    expect(job.at(-1)).toEqual({ at: 5, reason: "Succeeded", container: "" });
  });

  it("go on where an earlier process left them", ({ expect }) => {
    const running = { running: { startedAt: "1970-01-01T00:00:00Z" } };
    const status = {
      phase: "Running",
      containerStatuses: [{ name: "web", restartCount: 2, state: running, lastState: {} }],
    };
    expect(diary(pod({}, {}, status), 20)).toEqual([]);
  });
});

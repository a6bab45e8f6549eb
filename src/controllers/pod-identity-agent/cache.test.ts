import { describe, it } from "vitest";
import type { PodIdentityAnswer } from "../../aws/index.ts";
import { openMetrics } from "../frame/index.ts";
import { openCredentialCache } from "./cache.ts";

const hour = 3_600_000;

/** A cache on a clock of its own, and what it asked. */
function scene(retention = 3 * hour) {
  let now = 1_000_000;
  const asked: string[] = [];
  let next: PodIdentityAnswer | Error | undefined;
  const given = (): PodIdentityAnswer => ({
    credentials: { accessKeyId: `A${asked.length}`, secretAccessKey: "S", sessionToken: "T", expires: now + 6 * hour },
    account: "1",
  });
  const cache = openCredentialCache({
    ask: (token) => {
      asked.push(token);
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? given());
    },
    retention,
    rate: 1e9,
    metrics: openMetrics(),
    now: () => now,
  });
  const key = async (token: string, expires = now + 24 * hour): Promise<string> => {
    const answer = await cache.get(token, expires);
    return "code" in answer ? answer.code : answer.credentials.accessKeyId;
  };
  return {
    cache,
    key,
    asked,
    wait: (milliseconds: number) => void (now += milliseconds),
    say: (answer?: PodIdentityAnswer | Error) => void (next = answer),
  };
}

describe("the agent's cache", () => {
  it("asks once for a token, however many ask it", async ({ expect }) => {
    const { key, asked } = scene();
    expect(await Promise.all([key("a"), key("a"), key("b")])).toEqual(["A1", "A1", "A2"]);
    expect(await key("a")).toBe("A1");
    expect(asked).toEqual(["a", "b"]);
  });

  it("renews after three hours, and never hands out what is about to end", async ({ expect }) => {
    const { key, wait } = scene();
    await key("a");
    wait(3 * hour - 1);
    expect(await key("a")).toBe("A1");
    wait(1);
    expect(await key("a")).toBe("A2");
    const lasting = scene(0);
    await lasting.key("a");
    lasting.wait(6 * hour - 15_001);
    expect(await lasting.key("a")).toBe("A1");
    lasting.wait(1);
    expect(await lasting.key("a")).toBe("A2");
  });

  it("serves what it has while EKS Auth is away, and asks again a minute later", async ({ expect }) => {
    const { key, wait, say, asked } = scene();
    await key("a");
    wait(3 * hour);
    say(new Error("connect ECONNREFUSED"));
    expect(await key("a")).toBe("A1");
    expect(await key("a")).toBe("A1");
    expect(asked).toHaveLength(2);
    wait(60_000);
    say();
    expect(await key("a")).toBe("A3");
    say(new Error("still away"));
    expect(await key("b")).toBe("ServiceUnavailableException");
  });

  it("forgets at once what EKS Auth takes back", async ({ expect }) => {
    const { key, wait, say, cache } = scene();
    await key("a");
    wait(3 * hour);
    say({ code: "ResourceNotFoundException", message: "no association", status: 404 });
    expect(await key("a")).toBe("ResourceNotFoundException");
    expect(cache.size).toBe(0);
  });

  it("gives nothing for a token that has ended", async ({ expect }) => {
    const { key, wait, asked } = scene();
    const ends = 1_000_000 + hour;
    await key("a", ends);
    wait(hour);
    await key("a", ends);
    expect(asked).toHaveLength(2);
  });

  it("keeps two thousand, those that were used last", async ({ expect }) => {
    const { key, cache, asked } = scene();
    for (let i = 0; i < 2_000; i += 1) await key(`t${i}`);
    await key("t0");
    await key("new");
    expect(cache.size).toBe(2_000);
    const before = asked.length;
    await key("t0");
    expect(asked).toHaveLength(before);
    await key("t1");
    expect(asked).toHaveLength(before + 1);
  });
});

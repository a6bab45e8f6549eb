// The desk: who is remembered, how often a provider is asked, and what happens while it is ill. Time is the test's own.
import { describe, it } from "vitest";
import type { Desk, DeskOptions, LoginReport } from "./desk.ts";
import { deskFigures, openDesk } from "./desk.ts";
import type { Person, Presented } from "./provider.ts";
import { LoginRefusal, denial, outage } from "./refusal.ts";

interface Counter {
  desk: Desk;
  asked: string[];
  reports: LoginReport[];
  pass(milliseconds: number): void;
}

const person: Person = { username: "ann", groups: ["dev"] };

function counter(answer: (presented: Presented) => Promise<Person>, figures: Partial<DeskOptions> = {}): Counter {
  let time = 1_000_000;
  const asked: string[] = [];
  const reports: LoginReport[] = [];
  const authenticate = (presented: Presented): Promise<Person> => {
    presented.beforeAsking();
    asked.push(presented.token);
    return answer(presented);
  };
  const providers = new Map([
    ["github", { authenticate: async (presented: Presented) => authenticate(presented), recognises: () => true }],
  ]);
  const report = (each: LoginReport): void => void reports.push(each);
  const desk = openDesk(providers, { ...deskFigures, ...figures, now: () => time, report });
  return { desk, asked, reports, pass: (milliseconds) => (time += milliseconds) };
}

const login = (token: string, organization = "acme"): Parameters<Desk["admit"]>[0] => ({
  provider: "github",
  organization,
  token,
  source: "10.0.0.1",
});

describe("somebody who was let in", () => {
  it("is remembered for a minute, by token and organisation", async ({ expect }) => {
    const { desk, asked, pass } = counter(() => Promise.resolve(person));
    for (let i = 0; i < 3; i += 1) expect(await desk.admit(login("t"))).toEqual(person);
    expect(asked).toEqual(["t"]);
    await desk.admit(login("t", "other"));
    expect(asked).toHaveLength(2);
    pass(60_001);
    await desk.admit(login("t"));
    expect(asked).toHaveLength(3);
  });

  it("isn't remembered beyond his token", async ({ expect }) => {
    const { desk, asked, pass } = counter(() => Promise.resolve({ ...person, expires: 1_010_000 }));
    await desk.admit(login("t"));
    pass(9_999);
    await desk.admit(login("t"));
    expect(asked).toHaveLength(1);
    pass(2);
    await desk.admit(login("t"));
    await desk.admit(login("t"));
    expect(asked).toHaveLength(3);
  });

  it("asks once, however many of his requests come at a time", async ({ expect }) => {
    const { desk, asked } = counter(() => new Promise((resolve) => setImmediate(() => resolve(person))));
    await Promise.all(Array.from({ length: 50 }, async () => desk.admit(login("t"))));
    expect(asked).toHaveLength(1);
    expect(desk.remembered()).toBe(1);
  });

  it("isn't remembered where asking costs nothing: who is struck from the file is out", async ({ expect }) => {
    let there = true;
    const authenticate = (): Promise<Person> =>
      there ? Promise.resolve(person) : Promise.reject(denial("Invalid token"));
    const file = { authenticate, recognises: () => true, local: true };
    const report = (): void => undefined;
    const desk = openDesk(new Map([["token-auth", file]]), { ...deskFigures, now: () => 1_000_000, report });
    expect(await desk.admit({ ...login("t"), provider: "token-auth" })).toEqual(person);
    there = false;
    await expect(desk.admit({ ...login("t"), provider: "token-auth" })).rejects.toThrow("Invalid token");
  });

  it("isn't called system:anything, nor in such a group", async ({ expect }) => {
    // Headers and their readers drop spaces at the ends.
    const groups = ["dev", "system:masters", "SYSTEM:nodes", " system:masters", "\tops", "dev ", "", "a\nb"];
    const { desk } = counter(({ token }) => Promise.resolve({ username: token, groups }));
    expect(await desk.admit(login("ann"))).toEqual({ username: "ann", groups: ["dev"] });
    await expect(desk.admit(login("system:admin"))).rejects.toThrow("reserved");
    for (const name of [" system:admin", "ann ", "ann\u0000", ""])
      await expect(desk.admit(login(name)), name).rejects.toThrow("can't be used");
  });

  it("is told from his namesake at another provider, where that is asked for", async ({ expect }) => {
    const { desk } = counter(() => Promise.resolve(person), { prefixNames: true });
    expect(await desk.admit(login("t"))).toEqual({ username: "github:ann", groups: ["github:dev"] });
  });
});

describe("refusals", () => {
  it("are never remembered, and tell neither the token nor more than the reason", async ({ expect }) => {
    const { desk, asked, reports } = counter(() => Promise.reject(denial("the membership is pending, not active")));
    for (let i = 0; i < 3; i += 1) await expect(desk.admit(login("ghp_secret"))).rejects.toThrow("pending");
    expect(asked).toHaveLength(3);
    expect(JSON.stringify(reports)).not.toContain("ghp_secret");
    expect(reports[0]).toMatchObject({ result: "decided", provider: "github", organization: "acme" });
  });

  it("of a provider that isn't in use are for good", async ({ expect }) => {
    const { desk } = counter(() => Promise.resolve(person));
    await expect(desk.admit({ ...login("t"), provider: "gitlab" })).rejects.toMatchObject({ kind: "decided" });
  });

  it("come in time, even from a provider that hears no signal", async ({ expect }) => {
    const { desk } = counter(() => new Promise(() => undefined), { patience: 20 });
    await expect(desk.admit(login("t"))).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("in time"),
    });
  });

  it("that are a provider's own defect let nobody in", async ({ expect }) => {
    const { desk } = counter(() => Promise.reject(new TypeError("undefined is not a function")));
    await expect(desk.admit(login("t"))).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("limits", () => {
  it("hold for a source, and others go on", async ({ expect }) => {
    const { desk, pass } = counter(() => Promise.reject(denial("no")), { perSource: { perSecond: 1, burst: 2 } });
    const tries = async (source: string): Promise<string> =>
      desk.admit({ ...login("t"), source }).then(String, (error: LoginRefusal) => error.kind);
    expect([await tries("a"), await tries("a"), await tries("a")]).toEqual(["decided", "decided", "throttled"]);
    expect(await tries("b")).toBe("decided");
    pass(1_000);
    expect(await tries("a")).toBe("decided");
  });

  it("don't hold for whoever is remembered: a busy kubectl isn't an attack", async ({ expect }) => {
    const { desk, asked } = counter(() => Promise.resolve(person), { perSource: { perSecond: 1, burst: 1 } });
    for (let i = 0; i < 100; i += 1) expect(await desk.admit(login("t"))).toEqual(person);
    expect(asked).toHaveLength(1);
    await expect(desk.admit(login("other"))).rejects.toMatchObject({ kind: "throttled", retryAfter: 1 });
  });

  it("hold for a provider, from wherever", async ({ expect }) => {
    const { desk, asked } = counter(() => Promise.resolve(person), { perProvider: { perSecond: 1, burst: 3 } });
    const kinds = await Promise.all(
      Array.from({ length: 5 }, async (_, i) =>
        desk.admit({ ...login(`t${i}`), source: `10.0.0.${i}` }).then(
          () => "in",
          (error: LoginRefusal) => error.kind,
        ),
      ),
    );
    expect(kinds.toSorted()).toEqual(["in", "in", "in", "throttled", "throttled"]);
    expect(asked).toHaveLength(3);
  });
});

describe("the circuit breaker", () => {
  const failing = { breaker: { failures: 3, pause: 10_000 } };
  const kindOf = async (desk: Desk, token: string): Promise<string> =>
    desk.admit(login(token)).then(
      () => "in",
      (error: LoginRefusal) => error.kind,
    );

  it("opens after outages in a row, refuses at once, and lets one try again", async ({ expect }) => {
    let well = false;
    const { desk, asked, pass } = counter(
      () => (well ? Promise.resolve(person) : Promise.reject(outage("down"))),
      failing,
    );
    for (let i = 0; i < 3; i += 1) expect(await kindOf(desk, `t${i}`)).toBe("unavailable");
    expect(desk.breakers()).toEqual([["github", "open"]]);
    await expect(desk.admit(login("late"))).rejects.toMatchObject({ kind: "unavailable", retryAfter: 10 });
    expect(asked).toHaveLength(3);
    pass(10_000);
    expect(desk.breakers()).toEqual([["github", "half-open"]]);
    expect(await kindOf(desk, "probe")).toBe("unavailable");
    expect(await kindOf(desk, "after")).toBe("unavailable");
    expect(asked).toEqual(["t0", "t1", "t2", "probe"]);
    pass(10_000);
    well = true;
    expect(await kindOf(desk, "well")).toBe("in");
    expect(desk.breakers()).toEqual([["github", "closed"]]);
  });

  it("lets one request try, not all that wait", async ({ expect }) => {
    const { desk, asked, pass } = counter(
      () => new Promise((_, reject) => setImmediate(() => reject(outage("down")))),
      failing,
    );
    for (let i = 0; i < 3; i += 1) await kindOf(desk, `t${i}`);
    pass(10_000);
    await Promise.all(Array.from({ length: 10 }, async (_, i) => kindOf(desk, `p${i}`)));
    expect(asked).toHaveLength(4);
  });

  it("takes refusals and people's own used-up quotas for health", async ({ expect }) => {
    const own = new LoginRefusal("throttled", "spent", { personal: true });
    const { desk, asked } = counter(({ token }) => Promise.reject(token === "spent" ? own : denial("no")), failing);
    for (let i = 0; i < 10; i += 1) await kindOf(desk, i % 2 ? "spent" : "wrong");
    expect(asked).toHaveLength(10);
    expect(desk.breakers()).toEqual([["github", "closed"]]);
  });

  it("waits as long as a provider asks for, but not for ever", async ({ expect }) => {
    const busy = new LoginRefusal("throttled", "busy", { retryAfter: 3_600 });
    const { desk, pass } = counter(() => Promise.reject(busy), failing);
    expect(await kindOf(desk, "a")).toBe("throttled");
    expect(desk.breakers()).toEqual([["github", "open"]]);
    pass(5 * 60_000);
    expect(desk.breakers()).toEqual([["github", "half-open"]]);
  });

  it("doesn't matter to whoever is remembered", async ({ expect }) => {
    let well = true;
    const { desk } = counter(() => (well ? Promise.resolve(person) : Promise.reject(outage("down"))), failing);
    await desk.admit(login("t"));
    well = false;
    for (let i = 0; i < 3; i += 1) await kindOf(desk, `t${i}`);
    expect(await desk.admit(login("t"))).toEqual(person);
  });
});

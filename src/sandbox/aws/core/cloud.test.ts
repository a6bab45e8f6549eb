import { describe, it } from "vitest";
import { calendarSubject } from "./clock.ts";
import { AwsError, Cloud, defineService, defineTable, defineTimer, operation } from "./index.ts";

interface Ship {
  name: string;
  status: "BUILDING" | "AFLOAT" | "SINKING";
}

const ships = defineTable<Ship>("dock/ships");
const launched = defineTimer<{ name: string }>("dock/launched", ({ name }, ctx) => {
  ctx.table(ships).update(name, { status: "AFLOAT" });
});
const sunk = defineTimer<{ name: string }>("dock/sunk", ({ name }, ctx) => {
  ctx.table(ships).delete(name);
});

const inspected = defineTimer<{ name: string }>("dock/inspected", ({ name }, ctx) => {
  ctx.schedule(inspected, 86_400, `${calendarSubject}dock`, { name });
  ctx.table(ships).update(name, { status: "AFLOAT" });
});

const dock = defineService({
  id: "dock",
  iamPrefix: "dock",
  timers: [launched, sunk, inspected],
  operations: {
    BuildShip: operation<{ name: string; fail?: boolean }, Ship>((input, ctx) => {
      const ship = ctx.table(ships).put(input.name, { name: input.name, status: "BUILDING" });
      ctx.schedule(launched, 600, `ship/${input.name}`, { name: input.name });
      if (input.fail) throw new AwsError("DryDock", "no water");
      return ship;
    }),
    BuildPair: operation<{ names: [string, string] }, { built: string[] }>(({ names }, ctx) => ({
      built: names.filter((name, index) => {
        try {
          ctx.call("dock", "BuildShip", { name, fail: index === 1 });
          return true;
        } catch (error) {
          if (error instanceof AwsError) return false;
          throw error;
        }
      }),
    })),
    InspectShips: operation<{ names: string[] }, { ships: Ship[] }>(({ names }, ctx) => ({
      ships: names.map((name) => ctx.call<Ship>("dock", "DescribeShip", { name })),
    })),
    SinkShip: operation<{ name: string }, Ship>((input, ctx) => {
      ctx.schedule(sunk, 60, `ship/${input.name}`, input);
      return ctx.table(ships).update(input.name, { status: "SINKING" });
    }),
    InspectDaily: operation<{ name: string }, object>((input, ctx) => {
      ctx.schedule(inspected, 86_400, `${calendarSubject}dock`, input);
      return {};
    }),
    DescribeShip: operation<{ name: string }, Ship>((input, ctx) => {
      ctx.observe(`ship/${input.name}`);
      const ship = ctx.table(ships).get(input.name);
      if (!ship) throw new AwsError("NoSuchShip", input.name);
      return ship;
    }),
  },
});

const call = { service: "dock", account: "1", region: "eu-central-1", principal: { administrator: true } as never };
const world = (
  clock: "poll" | "instant" = "poll",
): { cloud: Cloud; send: (operation: string, input: object) => unknown } => {
  const cloud = new Cloud({ services: [dock], clock: { kind: clock }, start: 0 });
  return { cloud, send: (operation, input) => cloud.invoke({ ...call, operation, input }) };
};

describe("cloud", () => {
  it("moves virtual time to the next event of what is read", ({ expect }) => {
    const { cloud, send } = world();
    expect(send("BuildShip", { name: "a" })).toMatchObject({ status: "BUILDING" });
    expect(send("DescribeShip", { name: "a" })).toMatchObject({ status: "AFLOAT" });
    expect(cloud.clock.now()).toBe(600_000);
  });

  it("finishes what is under way before the next answer when the clock is instant", ({ expect }) => {
    const { send } = world("instant");
    send("BuildShip", { name: "a" });
    expect(send("BuildShip", { name: "b" })).toMatchObject({ status: "BUILDING" });
    expect(send("DescribeShip", { name: "a" })).toMatchObject({ status: "AFLOAT" });
  });

  it("doesn't run ahead to dates in a calendar when the clock is instant; they come with time", ({ expect }) => {
    const { cloud, send } = world("instant");
    send("BuildShip", { name: "a" });
    send("InspectDaily", { name: "a" });
    send("SinkShip", { name: "a" });
    expect(() => send("DescribeShip", { name: "a" })).toThrow(AwsError);
    expect(cloud.clock.now()).toBe(660_000);
    send("BuildShip", { name: "a" });
    cloud.store.table(ships, "1", "eu-central-1").update("a", { status: "SINKING" });
    cloud.clock.advanceTo(3 * 86_400_000);
    expect(send("DescribeShip", { name: "a" })).toMatchObject({ status: "AFLOAT" });
  });

  it("undoes everything a refused operation did", ({ expect }) => {
    const { cloud, send } = world();
    expect(() => send("BuildShip", { name: "a", fail: true })).toThrow("no water");
    expect(() => send("DescribeShip", { name: "a" })).toThrow("a");
    expect(cloud.clock.now()).toBe(0);
  });

  it("undoes only what the inner call did when the outer one catches its error", ({ expect }) => {
    const { cloud, send } = world();
    expect(send("BuildPair", { names: ["a", "b"] })).toEqual({ built: ["a"] });
    expect(cloud.store.table(ships, "1", "eu-central-1").list()).toEqual([{ name: "a", status: "BUILDING" }]);
  });

  it("lets only the outermost call move time", ({ expect }) => {
    const { cloud, send } = world();
    send("BuildShip", { name: "a" });
    expect(send("InspectShips", { names: ["a"] })).toEqual({ ships: [{ name: "a", status: "BUILDING" }] });
    expect(cloud.clock.now()).toBe(0);
  });

  it("keeps what time has done although the read that let it pass finds nothing", ({ expect }) => {
    const { cloud, send } = world();
    send("BuildShip", { name: "a" });
    send("DescribeShip", { name: "a" });
    send("SinkShip", { name: "a" });
    expect(() => send("DescribeShip", { name: "a" })).toThrow(AwsError);
    expect(cloud.store.table(ships, "1", "eu-central-1").size).toBe(0);
    expect(cloud.clock.now()).toBe(660_000);
  });

  it("says by name what it does not emulate", ({ expect }) => {
    expect(() => world().send("PaintShip", {})).toThrow("dock PaintShip is not emulated");
  });

  it("gives the same ids for the same seed", ({ expect }) => {
    const ids = [1, 1].map(() => world().cloud.ids.ec2("vpc"));
    expect(ids[0]).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(ids[0]).toBe(ids[1]);
  });
});

import { describe, it } from "vitest";
import { cniSettings, wantedHolding } from "./cni-settings.ts";

/** Interfaces and slots that a node wants, its type's limits given as in the published tables. */
const wanted = (
  type: { enis: number; each: number },
  pods: number,
  env: Record<string, string>,
): [interfaces: number, slots: number] => {
  const { interfaces, slots } = wantedHolding(pods, type.each, type.enis, cniSettings(env));
  return [interfaces, slots];
};
const t3Small = { enis: 3, each: 3 };
const p3dn = { enis: 15, each: 49 };

describe("what a node holds, by docs/eni-and-ip-target.md", () => {
  it.for<[type: typeof t3Small, pods: number, interfaces: number, addresses: number]>([
    [t3Small, 0, 1, 3],
    [t3Small, 5, 3, 9],
    [t3Small, 9, 3, 9],
    [p3dn, 3, 2, 98],
    [p3dn, 95, 3, 147],
  ])(
    "one whole interface to spare: %j with %i pods has %i and %i",
    ([type, pods, interfaces, addresses], { expect }) => {
      expect(wanted(type, pods, {})).toEqual([interfaces, addresses]);
    },
  );

  it.for<[type: typeof t3Small, warm: string, least: string, pods: number, interfaces: number, addresses: number]>([
    [t3Small, "1", "1", 0, 1, 1],
    [t3Small, "1", "1", 5, 2, 6],
    [t3Small, "1", "1", 9, 3, 9],
    [t3Small, "2", "5", 0, 2, 5],
    [t3Small, "2", "5", 5, 3, 7],
    [p3dn, "5", "10", 7, 1, 12],
    [p3dn, "5", "10", 15, 1, 20],
    [p3dn, "5", "10", 45, 2, 50],
  ])(
    "WARM_IP_TARGET and MINIMUM_IP_TARGET: %j %s %s with %i pods",
    ([type, warm, least, pods, ...held], { expect }) => {
      expect(wanted(type, pods, { WARM_IP_TARGET: warm, MINIMUM_IP_TARGET: least })).toEqual(held);
    },
  );
});

describe("blocks that a node holds with prefix delegation, by docs/prefix-and-ip-target.md", () => {
  const env = { ENABLE_PREFIX_DELEGATION: "true" };
  it.for<[pods: number, blocks: number]>([
    [0, 1],
    [5, 2],
    [16, 2],
    [17, 3],
    [58, 5],
  ])("one whole block to spare: %i pods have %i", ([pods, blocks], { expect }) => {
    expect(wanted(t3Small, pods, env)[1]).toBe(blocks);
  });

  it.for<[warm: string, least: string, pods: number, blocks: number]>([
    ["1", "1", 0, 1],
    ["1", "1", 5, 1],
    ["1", "1", 17, 2],
    ["1", "1", 58, 4],
    ["7", "20", 5, 2],
    ["7", "20", 17, 2],
    ["7", "20", 58, 5],
  ])("WARM_IP_TARGET %s, MINIMUM_IP_TARGET %s: %i pods have %i", ([warm, least, pods, blocks], { expect }) => {
    expect(wanted(t3Small, pods, { ...env, WARM_IP_TARGET: warm, MINIMUM_IP_TARGET: least })[1]).toBe(blocks);
  });
});

it("takes what is no number for not set, and reads truth as Go does", ({ expect }) => {
  const settings = cniSettings({ WARM_IP_TARGET: "many", MINIMUM_IP_TARGET: "0", ENABLE_PREFIX_DELEGATION: "T" });
  expect(settings).toMatchObject({ warmIp: undefined, minimumIp: undefined, prefixDelegation: true, coolDown: 30_000 });
});

import { describe, it } from "vitest";
import { parseDuration, readFlags, splitFlags, type FlagDefinition } from "./flags.ts";

const flags: readonly FlagDefinition[] = [
  { name: "config", kind: "text", short: "c", description: "a file" },
  { name: "port", kind: "number", description: "a port", default: 8443 },
  { name: "elect", kind: "switch", description: "yes or no", default: true },
  { name: "ttl", kind: "duration", description: "how long", default: "15m" },
  { name: "names", kind: "list", description: "some names" },
  { name: "region", kind: "text", description: "a region", env: "AWS_REGION" },
];
const read = (words: readonly string[], env = {}): ReturnType<typeof readFlags> =>
  readFlags(flags, splitFlags(flags, words), env);

describe("flags", () => {
  it("are read with and without an equals sign, short and long", ({ expect }) => {
    const values = read(["-c", "a b", "--port=21362", "--no-elect", "--names", "x, y", "--names=z", "--ttl", "1h30m"]);
    expect(values.text("config")).toBe("a b");
    expect(values.number("port")).toBe(21_362);
    expect(values.switch("elect")).toBe(false);
    expect(values.list("names")).toEqual(["x", "y", "z"]);
    expect(values.duration("ttl")).toBe(5_400_000);
  });

  it("have defaults, and the environment between", ({ expect }) => {
    const values = read([], { AWS_REGION: "eu-central-1" });
    expect([values.number("port"), values.switch("elect"), values.duration("ttl")]).toEqual([8443, true, 900_000]);
    expect([values.optional("region"), values.optional("config"), values.given("port")]).toEqual([
      "eu-central-1",
      undefined,
      false,
    ]);
    expect(read(["--region", "us-east-1"], { AWS_REGION: "eu-central-1" }).text("region")).toBe("us-east-1");
  });

  it.for([
    [["--port", "many"], '--port "many" is no number'],
    [["--ttl=soon"], '--ttl "soon" is no duration such as 15m or 30s'],
    [["--elect=perhaps"], '--elect "perhaps" is no true or false'],
    [["--prot=1"], '"--prot=1" is no flag of this role'],
    [["--config"], "--config needs a value"],
    [["stray"], '"stray" is no flag of this role'],
  ] as const)("%j are refused", ([words, title], { expect }) => {
    expect(() => read(words)).toThrow(title);
  });

  it("take durations of Go", ({ expect }) => {
    expect(["500ms", "1m30s", "1.5h", "0", "5", "1d", ""].map(parseDuration)).toEqual([
      500,
      90_000,
      5_400_000,
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

// The real AWS CLI against the sandbox, command by command.
import { afterAll, describe, it } from "vitest";
import { createSandbox } from "../../../src/sandbox/index.ts";
import type { AwsCli } from "../../helpers/judges.ts";
import { python, pythonMissing, startAwsCli } from "../../helpers/judges.ts";
import type { CliCase } from "./case.ts";
import { at, words } from "./case.ts";
import { cluster } from "./cluster.ts";
import { data } from "./data.ts";
import { identity } from "./identity.ts";
import { neighbours } from "./neighbours.ts";
import { network, networkEnd } from "./network.ts";
import { stacks } from "./stacks.ts";

const chapters: readonly [title: string, cases: readonly CliCase[]][] = [
  ["identity", identity],
  ["network", network],
  ["neighbours of a network", neighbours],
  ["cluster", cluster],
  ["network, taken down", networkEnd],
  ["stacks", stacks],
  ["parameters, keys, logs, objects, trail", data],
];

describe.skipIf(!python)(python ? "the AWS CLI" : pythonMissing, () => {
  let world: { cli: AwsCli; close(): Promise<void> } | undefined;
  const kept: Record<string, string> = {};
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => kept[name] ?? whole);

  const open = async (): Promise<AwsCli> => {
    if (world) return world.cli;
    const sandbox = await createSandbox({ listen: true, kubernetes: "off" });
    const cli = startAwsCli(sandbox.env());
    world = {
      cli,
      close: async () => {
        cli.close();
        await sandbox.close();
      },
    };
    return cli;
  };
  afterAll(() => world?.close());

  for (const [title, cases] of chapters) {
    describe(title, () => {
      for (const one of cases) {
        it(`aws ${one.aws.length > 110 ? `${one.aws.slice(0, 107)}…` : one.aws}`, async ({ expect }) => {
          const cli = await open();
          const { exit, out, err } = await cli.run(words(one.aws).map(fill));
          expect({ exit, err: exit === (one.exit ?? 0) ? "" : err }).toEqual({ exit: one.exit ?? 0, err: "" });
          if (one.err) expect(err).toMatch(one.err);
          if (one.out instanceof RegExp) expect(out).toMatch(one.out);
          else if (one.out) expect(JSON.parse(out)).toMatchObject(JSON.parse(fill(JSON.stringify(one.out))) as object);
          for (const [name, path] of Object.entries(one.keep ?? {})) kept[name] = String(at(JSON.parse(out), path));
        });
      }
    });
  }

  it("is asked at least a hundred times", ({ expect }) => {
    expect(chapters.reduce((sum, [, cases]) => sum + cases.length, 0)).toBeGreaterThanOrEqual(100);
  });
});

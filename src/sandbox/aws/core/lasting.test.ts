import { describe, it } from "vitest";
import { isLasting, lasting } from "./lasting.ts";

interface Row {
  id: string;
  parts: readonly { size: number }[];
  changing: boolean;
}

const row: Row = { id: "a", parts: [{ size: 1 }], changing: false };

describe("lasting outputs", () => {
  it("are the same object until the row is replaced", ({ expect }) => {
    const render = lasting((from: Readonly<Row>, place: string) => ({ arn: `${place}/${from.id}`, parts: from.parts }));
    const first = render(row, "eu");
    expect(first).toEqual({ arn: "eu/a", parts: [{ size: 1 }] });
    expect(render(row, "eu")).toBe(first);
    expect(isLasting(first)).toBe(true);
    const other = render({ ...row, id: "b" }, "eu");
    expect(other.arn).toBe("eu/b");
  });

  it("can't be changed by whoever gets them, at any depth", ({ expect }) => {
    const render = lasting((from: Readonly<Row>) => ({
      at: new Date(0),
      parts: from.parts.map((part) => ({ ...part })),
    }));
    const output = render(row);
    expect(() => output.parts.push({ size: 2 })).toThrow(TypeError);
    expect(() => Object.assign(output.parts[0] ?? {}, { size: 2 })).toThrow(TypeError);
    expect(render(row).parts).toEqual([{ size: 1 }]);
  });

  it("are made anew of rows that depend on something else", ({ expect }) => {
    let time = 0;
    const render = lasting(
      () => ({ time }),
      (from: Readonly<Row>) => !from.changing,
    );
    const changing = { ...row, changing: true };
    expect(render(changing)).toEqual({ time: 0 });
    time = 1;
    expect(render(changing)).toEqual({ time: 1 });
    expect(isLasting(render(changing))).toBe(false);
  });
});

// Writing a person's file back: never over what somebody else has written, and never half.
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  lstatSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { writeEdited } from "./edited-file.ts";

describe("a file that a command edits", () => {
  it("keeps its mode and its links, and nothing is left beside it", async ({ expect }) => {
    const folder = mkdtempSync(join(tmpdir(), "lotse-edited-"));
    const [file, link] = [join(folder, "cluster.yaml"), join(folder, "link.yaml")];
    writeFileSync(file, "old");
    chmodSync(file, 0o640);
    symlinkSync("cluster.yaml", link);
    const { ino } = statSync(file);
    await writeEdited(link, "old", "new");
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual([
      "new",
      0o640,
      true,
    ]);
    // Another file has taken its place: who had the old one open still reads all of it.
    expect(statSync(file).ino).not.toBe(ino);
    expect(readdirSync(folder).toSorted()).toEqual(["cluster.yaml", "link.yaml"]);
  });

  it("stays as somebody else has written it meanwhile", async ({ expect }) => {
    const file = join(mkdtempSync(join(tmpdir(), "lotse-edited-")), "cluster.yaml");
    writeFileSync(file, "edited");
    await expect(writeEdited(file, "old", "new")).rejects.toMatchObject({ code: "cli/changed-meanwhile" });
    expect(readFileSync(file, "utf8")).toBe("edited");
  });
});

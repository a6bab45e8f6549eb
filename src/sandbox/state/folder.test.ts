import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { makeFolder } from "./folder.ts";

describe("the state's folder", () => {
  it("is made with those above it, for its owner alone", ({ expect }) => {
    const base = mkdtempSync(join(tmpdir(), "lotse-folder-"));
    const folder = join(base, "a", "b");
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    rmSync(base, { recursive: true });
  });

  it("fails soon where nothing can be made", ({ expect }) => {
    if (!existsSync("/proc/self")) return; // no such file system here
    expect(() => makeFolder("/proc/nope/sandbox")).toThrow(/ENOENT|EACCES|EPERM|EROFS/);
  });
});

// The documents name what there is: their links lead somewhere, their paths, scripts and commands exist, and the map of the
// rooms is that of the folders. (What their examples show is run by test/scenarios/docs.test.ts.)
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, it } from "vitest";
import { commands } from "../src/cli/commands/index.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => relative(root, join(root, folder, name)));
const documents = [".", "docs/guides", "docs/reference"].flatMap(markdownIn);

/** Text without fenced blocks: these are programs and their output. */
const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, "");

/** The name that GitHub gives a heading: lower case, no punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
const anchors = (text: string): Set<string> =>
  new Set([...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? "")));

/** Cells of the table that follows a heading or sentence, row by row. */
function tableAfter(text: string, start: string): string[][] {
  const from = text.slice(text.indexOf(start));
  const rows = /(?:^\|.*\n)+/m.exec(from)?.[0].trimEnd().split("\n").slice(2) ?? [];
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? "");

describe.each(documents)("%s", (document) => {
  it("links to what exists", ({ expect }) => {
    const broken = [...prose(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? document : relative(root, resolve(root, dirname(document), path));
      if (!existsSync(join(root, target))) return [link];
      return anchor === undefined || anchors(read(target)).has(anchor) ? [] : [link];
    });
    expect(broken).toEqual([]);
  });

  it("names codes that exist", ({ expect }) => {
    const known = new Set(quoted(read("docs/reference/errors.md")));
    const rooms = new Set([...known].map((code) => code.split("/")[0]));
    const codes = quoted(prose(read(document))).filter((word) => /^[a-z]+\/[a-z]+(-[a-z]+)*$/.test(word));
    const isFolder = (word: string): boolean =>
      ["src", "src/sandbox"].some((above) => existsSync(join(root, above, word)));
    const unknown = codes.filter((code) => rooms.has(code.split("/")[0]) && !known.has(code) && !isFolder(code));
    expect(unknown).toEqual([]);
  });

  it("names paths and scripts that exist", ({ expect }) => {
    const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;
    const words = quoted(prose(read(document)));
    const paths = words.filter((word) => /^(src|test|docs|scripts|data|bench|examples)\/[\w./-]*$/.test(word));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const runs = [...read(document).matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name ?? "");
    expect(runs.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");
  const rooms = tableAfter(text, "## Rooms");

  it("has a row for each room, with the arrows that its tsconfig.json lets through", ({ expect }) => {
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const named = rooms.map(([room = ""]) => quoted(room)[0] ?? "");
    expect(named.toSorted()).toEqual([...folders.map(({ name }) => name), "lotse.ts"].toSorted());
    for (const [room = "", , arrows = ""] of rooms) {
      // "+ plan" is what the row above has and plan; "all but cli" and remarks are for people.
      if (!/^[a-z, –]+$/.test(arrows) || arrows.startsWith("all")) continue;
      const name = quoted(room)[0] ?? "";
      const { references = [] } = JSON.parse(read(`src/${name}/tsconfig.json`)) as { references?: { path: string }[] };
      const allowed = references.map(({ path }) => path.replace("../", "")).toSorted();
      expect(allowed, name).toEqual(arrows === "–" ? [] : arrows.split(", ").toSorted());
    }
  });

  it("names files of the sandbox that exist", ({ expect }) => {
    const paths = tableAfter(text, "| in `src/sandbox/`").flatMap(([cell = ""]) => {
      const words = quoted(cell).filter((word) => !word.includes("<"));
      // A row's first word says the folder of the others: `aws/gateway`, `wire`, `schema`.
      const folder = words[0]?.startsWith("aws/") ? "aws/" : "";
      return words.map((word) => (word.startsWith("aws/") ? word : folder + word));
    });
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(root, "src/sandbox", path)))).toEqual([]);
  });
});

it("README.md lists every command", ({ expect }) => {
  const listed = tableAfter(read("README.md"), "| command |").flatMap(([cell = ""]) =>
    quoted(cell).map((words) => words.split(/[ \\]/)[1] ?? ""),
  );
  const known = new Set(commands.map(({ name }) => name.split(" ")[0] ?? ""));
  expect([...known].filter((name) => name !== "demo" && !listed.includes(name))).toEqual([]);
  expect(listed.filter((name) => !known.has(name))).toEqual([]);
});

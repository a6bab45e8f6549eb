// The walls of the house as data. ARCHITECTURE.md explains them; this keeps them true.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, it } from "vitest";

/** What each room may import besides itself. */
const arrows: Record<string, readonly string[]> = {
  base: [],
  facts: ["base"],
  iam: ["base", "facts"],
  identity: ["base", "facts"],
  config: ["base", "facts"],
  stacks: ["base", "facts", "config"],
  capacity: ["base", "facts", "config"],
  aws: ["base"],
  kube: ["base"],
  access: ["base", "facts", "identity", "aws", "kube"],
  controllers: ["base", "facts", "iam", "identity", "aws", "kube"],
  plan: ["base", "facts", "iam", "identity", "config", "stacks", "capacity", "aws", "kube", "access", "controllers"],
  engine: ["base", "facts", "iam", "identity", "config", "stacks", "aws", "kube", "access", "controllers", "plan"],
  explain: ["base", "facts", "iam", "identity", "config", "stacks", "aws", "kube", "access"],
  doctor: ["base", "facts", "iam", "identity", "config", "capacity", "aws", "kube", "access", "plan"],
  upgrades: ["base", "facts", "aws", "kube", "doctor"],
  sandbox: ["base", "facts", "iam", "identity"],
  rehearse: ["base", "facts", "identity", "kube", "sandbox", "lotse.ts"],
  cli: ["base", "identity", "sandbox", "rehearse", "lotse.ts"],
  "lotse-pods.ts": ["aws", "config", "iam", "identity", "plan", "access"],
  "lotse-doctor.ts": ["base", "config", "aws", "access", "doctor", "plan"],
  "lotse-upgrades.ts": ["base", "config", "aws", "access", "plan", "engine", "doctor", "upgrades"],
  "lotse-capacity.ts": ["base", "facts", "config", "capacity", "aws", "plan"],
  "lotse.ts": [
    "lotse-pods.ts",
    "lotse-capacity.ts",
    "lotse-doctor.ts",
    "lotse-upgrades.ts",
    "base",
    "facts",
    "iam",
    "identity",
    "config",
    "stacks",
    "aws",
    "kube",
    "access",
    "controllers",
    "explain",
    "plan",
    "engine",
    "sandbox",
  ],
  "main.ts": ["base", "cli"],
  "image.ts": ["cli", "controllers"],
};

/** Rooms whose functions take data and give data. */
const pure = new Set(["facts", "iam", "identity", "config", "stacks", "capacity"]);

/** Deeper than index.ts on purpose: `lotse --version` loads one line and `lotse token` a few, not a room; the image's file holds roles alone. */
const deepImports = new Set([
  "src/main.ts → src/base/version.ts",
  "src/main.ts → src/cli/token/main.ts",
  "src/image.ts → src/cli/image/main.ts",
]);

interface Source {
  path: string;
  room: string;
  text: string;
  lines: number;
  imports: readonly { from: string; typeOnly: boolean }[];
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "generated" || entry.name === "fixtures" ? [] : sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

const root = resolve(import.meta.dirname, "..");
const importLine =
  /^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/gm;

const files: Source[] = sources(join(root, "src")).map((path) => {
  const text = readFileSync(path, "utf8");
  const imports = [...text.matchAll(importLine)].map((match) => ({
    from: (match[2] ?? match[3]) as string,
    typeOnly: match[1] !== undefined,
  }));
  const name = relative(root, path);
  return { path: name, room: name.split("/")[1] as string, text, lines: text.split("\n").length - 1, imports };
});
const product = files.filter((file) => !file.path.endsWith(".test.ts"));

/** Code without comments, for looking for words. */
const codeOf = (file: Source): string => file.text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");

describe("the walls", () => {
  it("lets rooms import only what the arrows allow, by the front door", ({ expect }) => {
    const wrong = product.flatMap((file) =>
      file.imports.flatMap(({ from }) => {
        if (!from.startsWith(".")) return [];
        const target = relative(root, resolve(root, dirname(file.path), from));
        const room = target.split("/")[1] as string;
        if (room === file.room) return [];
        const arrow = `${file.path} → ${target}`;
        if (deepImports.has(arrow)) return [];
        if (!(arrows[file.room] ?? []).includes(room)) return [`${arrow}: no such arrow`];
        return target.split("/").length === 2 || target.endsWith(`src/${room}/index.ts`)
          ? []
          : [`${arrow}: not the front door`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps pure rooms free of files, networks, clocks, chance and environment", ({ expect }) => {
    const wrong = product
      .filter((file) => pure.has(file.room))
      .flatMap((file) => {
        const found =
          /node:(fs|http|https|net|child_process)|\bDate\.now\(|new Date\(\)|Math\.random\(|process\.(env|argv|cwd)/.exec(
            codeOf(file),
          );
        return found ? [`${file.path}: ${found[0]}`] : [];
      });
    expect(wrong).toEqual([]);
  });

  it("lets only aws/ call AWS clients, and only as a whole client with commands", ({ expect }) => {
    const wrong = product.filter(
      (file) =>
        file.room !== "aws" &&
        file.imports.some(({ from, typeOnly }) => from.startsWith("@aws-sdk/client-") && !typeOnly),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it("lets only cli/ and main.ts touch the process's streams, arguments and exit", ({ expect }) => {
    const allowed = new Set(["cli", "main.ts", "image.ts"]);
    const wrong = product
      .filter((file) => !allowed.has(file.room) && !file.path.endsWith("sandbox/daemon-main.ts"))
      .flatMap((file) => {
        const found = /process\.(exit\(|argv|stdout|stderr|exitCode)/.exec(codeOf(file));
        return found ? [`${file.path}: ${found[0]}`] : [];
      });
    expect(wrong).toEqual([]);
  });

  it("knows every room", ({ expect }) => {
    expect([...new Set(product.map((file) => file.room))].filter((room) => !(room in arrows))).toEqual([]);
  });
});

describe("sizes", () => {
  it("keeps files small: none over 500 lines, 9 of 10 up to 300, half up to 120", ({ expect }) => {
    const sizes = product.map((file) => file.lines).sort((a, b) => a - b);
    expect(product.filter((file) => file.lines > 500).map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
    expect(sizes[Math.floor(sizes.length * 0.9)]).toBeLessThanOrEqual(300);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(120);
  });

  it("keeps front doors to named re-exports, at most 60 lines", ({ expect }) => {
    const doors = product.filter((file) => /^src\/[^/]+\/index\.ts$/.test(file.path));
    const wrong = doors.filter((file) => {
      const statements = codeOf(file)
        .replace(/export\s+(type\s+)?(\*|\{[^}]*\})\s+from\s+"[^"]+";/g, "")
        .trim();
      return statements !== "" || file.lines > 60;
    });
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it("says at the top of each file what it is for", ({ expect }) => {
    const silent = product.filter((file) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(file.text));
    expect(silent.map((file) => file.path)).toEqual([]);
  });
});

describe("doc comments", () => {
  /** Exports without a comment right above them: `kind name`, kinds in the words of the language. */
  const bare = (file: Source): { kind: string; name: string }[] => {
    const lines = file.text.split("\n");
    return lines.flatMap((line, i) => {
      const match = /^export (?:async )?(function|const|class|interface|type) \*?(\w+)/.exec(line);
      if (!match || lines[i - 1]?.trimEnd().endsWith("*/")) return [];
      return [{ kind: match[1] as string, name: match[2] as string }];
    });
  };

  it("say of every exported function what it is for", ({ expect }) => {
    const silent = product.flatMap((file) =>
      bare(file).flatMap(({ kind, name }) => (kind === "function" ? [`${file.path}: ${name}`] : [])),
    );
    expect(silent).toEqual([]);
  });

  it("say of everything on a front door what it is for", ({ expect }) => {
    const doors = product.filter((file) => /^src\/([^/]+\/index|lotse)\.ts$/.test(file.path));
    const silent = doors.flatMap((door) =>
      [...door.text.matchAll(/export (?:type )?\{([^}]*)\} from "([^"]+)"/g)].flatMap(([, names = "", from = ""]) => {
        const target = relative(root, resolve(root, dirname(door.path), from));
        const file = product.find(({ path }) => path === target);
        const given = new Set(names.split(",").map((name) => name.trim()));
        return file ? bare(file).flatMap(({ name }) => (given.has(name) ? [`${target}: ${name}`] : [])) : [];
      }),
    );
    expect(silent).toEqual([]);
  });
});

describe("dependencies", () => {
  it("brings no install script and no registry host", ({ expect }) => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    const packages = (JSON.parse(lock) as { packages: Record<string, { hasInstallScript?: boolean }> }).packages;
    expect(Object.keys(packages).filter((name) => name !== "" && packages[name]?.hasInstallScript)).toEqual([]);
    expect(lock).not.toMatch(/"resolved": "https?:/);
  });

  it("pins every version exactly and ships nothing that needs installing", ({ expect }) => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const inexact = Object.entries(manifest["devDependencies"] ?? {}).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(inexact).toEqual([]);
    expect(Object.keys(manifest["dependencies"] ?? {}).length).toBeLessThanOrEqual(5);
  });

  it("knows its own version", ({ expect }) => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(readFileSync(join(root, "src/base/version.ts"), "utf8")).toContain(`"${manifest.version}"`);
  });
});

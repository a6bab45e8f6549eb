// Files that ship beside the code (the package's `data/` folder), found from source and from a bundle alike.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;

function packageRoot(): string {
  if (root) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package.json not found above this module");
    folder = parent;
  }
  root = folder;
  return folder;
}

/** Absolute path of a file of the installed package, e.g. `packageFile("data/aws/ec2.json")`. */
export function packageFile(path: string): string {
  return join(packageRoot(), path);
}

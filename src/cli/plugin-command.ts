// How a kubeconfig starts lotse: by name where it is installed, else by the place where it is now.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { packageFile } from "../base/index.ts";

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Isn't there, or isn't a program.
    return false;
  }
}

/**
 * Command and first arguments. What stands in a project's node_modules/.bin is on PATH only inside of npm, and counts as
 * not installed.
 *
 * @param path value of PATH
 */
export function pluginCommand(path: string | undefined): readonly [command: string, ...args: string[]] {
  const folders = (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !/node_modules[\\/]\.bin[\\/]?$/.test(folder));
  if (folders.some((folder) => isExecutable(join(folder, "lotse")))) return ["lotse"];
  return [process.execPath, packageFile("dist/lotse.cjs")];
}

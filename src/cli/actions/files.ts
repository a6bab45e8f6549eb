// Files that stand in for a living cluster: `-f`, `--manifests`, `--iam`, `--issuer`.
import { readFile } from "node:fs/promises";
import { errorMessage, hasErrors, LotseError } from "../../base/index.ts";
import type { Files } from "../../lotse.ts";
import { readManifests } from "../../rehearse/index.ts";
import { readClusterFile } from "../cluster-input.ts";
import type { Invocation } from "../command.ts";

/** A text option. */
export function textOption({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** A file's text. @throws LotseError `cli/unreadable` */
export async function textFile(file: string): Promise<{ file: string; text: string }> {
  try {
    return { file, text: await readFile(file, "utf8") };
  } catch (cause) {
    throw new LotseError(
      "cli/unreadable",
      { title: `${file} can't be read: ${errorMessage(cause)}`, remedy: "Check the path and its permissions." },
      { cause },
    );
  }
}

/**
 * What files say; undefined when none is named, and a living cluster is asked.
 *
 * @throws LotseError `cli/unreadable`, `cli/usage`, and what is wrong with a manifest or the eksctl file
 */
export async function filesOf(invocation: Invocation): Promise<Files | undefined> {
  const { options, host } = invocation;
  const paths = (options["manifests"] as readonly string[] | undefined) ?? [];
  const iam = textOption(invocation, "iam");
  const issuer = textOption(invocation, "issuer");
  const named = typeof options["file"] === "string" || paths.length > 0 || iam !== undefined;
  if (!named) return undefined;
  if (options["name"] !== undefined) {
    throw new LotseError("cli/usage", {
      title: `--name ${textOption(invocation, "name") ?? ""} and files contradict each other`,
      remedy: "Give --name to ask a living cluster, or files to ask nobody.",
    });
  }
  const { manifests, findings } = await readManifests(paths);
  const [first] = findings.filter(({ severity }) => severity === "error");
  if (first && hasErrors(findings)) throw new LotseError(first.code, first, { diagnostics: findings });
  for (const { title, at } of findings) {
    host.emit({ level: "warn", code: "cli/file-warning", text: `${at?.file ?? ""}:${at?.line ?? 1}: ${title}` });
  }
  return {
    objects: manifests.map(({ object }) => object),
    ...(typeof options["file"] === "string" ? { cluster: await readClusterFile(invocation) } : {}),
    ...(iam === undefined ? {} : { iam: await textFile(iam) }),
    ...(issuer === undefined ? {} : { issuer }),
    now: Date.now(),
  };
}

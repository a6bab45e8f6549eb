// Globs on names, as eksctl takes them with --include and --exclude: `*`, `?`, `[a-c]`, `[!a-c]` and `{a,b}`.
import { LotseError } from "../base/index.ts";

/** Parts between commas, except for those in braces. */
function partsOf(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop()}${letter}`);
    depth += letter === "{" ? 1 : letter === "}" && depth > 0 ? -1 : 0;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** The pattern of one glob. @throws LotseError `cli/usage` */
function patternOf(flag: string, glob: string): RegExp {
  let depth = 0;
  const brace = (step: 1 | -1, pattern: string): string => {
    depth += step;
    return pattern;
  };
  const pattern = glob.replaceAll(/\\.|\[!?[^\]]*\]|[\s\S]/g, (token) => {
    if (token === "*") return ".*";
    if (token === "?") return ".";
    if (token === "{") return brace(1, "(?:");
    if (token === "}" && depth > 0) return brace(-1, ")");
    if (token === "," && depth > 0) return "|";
    if (token.length > 1 && token.startsWith("[")) return token.replace(/^\[!/, "[^");
    return token.replace(/^\\/, "").replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  try {
    return new RegExp(`^${pattern}$`);
  } catch {
    // Braces that stay open, or a range that runs backwards.
    throw new LotseError("cli/usage", {
      title: `--${flag} ${JSON.stringify(glob)} is no glob`,
      remedy: "`*` stands for any letters, `?` for one, `[a-c]` for one of these, `{a,b}` for either.",
    });
  }
}

/**
 * The names that are meant: those that a glob of `include` matches, or all, but those that one of `exclude` matches.
 *
 * @param include values of --include; each may hold several, with commas
 * @throws LotseError `cli/usage` for what is no glob
 */
export function filterNames(
  names: readonly string[],
  { include = [], exclude = [] }: { include?: readonly string[]; exclude?: readonly string[] },
): string[] {
  const patterns = (flag: string, values: readonly string[]): RegExp[] =>
    values.flatMap(partsOf).map((glob) => patternOf(flag, glob));
  const [wanted, unwanted] = [patterns("include", include), patterns("exclude", exclude)];
  return names.filter(
    (name) =>
      (wanted.length === 0 || wanted.some((pattern) => pattern.test(name))) &&
      !unwanted.some((pattern) => pattern.test(name)),
  );
}

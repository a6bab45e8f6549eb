// Mappings in a JSON file that is swapped as a whole while the server runs (backend DynamicFile).
import { LotseError } from "../../base/index.ts";
import { canonicalArn, sameArn, stripPath } from "../arn.ts";
import type { AuthMapping } from "../aws-auth/model.ts";
import { readMapping } from "../aws-auth/read.ts";
import type { Identity } from "../verify/answer.ts";
import { ruleOf } from "./aws-auth-mapper.ts";
import { lowerCased } from "./listed-mapper.ts";
import type { Found, Mapper } from "./mapper.ts";

/** How entries are looked up. */
export interface DynamicFileOptions {
  /** By unique id (`AROA…`, `AIDA…`): a principal that was deleted and made anew is another one, and paths don't matter. */
  strict?: boolean;
}

function refuse(problem: string): never {
  throw new LotseError("identity/mapping-file", {
    title: `The dynamic mapping file can't be used: ${problem}`,
    remedy: "Mend the file; the mappings that were read last stay in force until then",
  });
}

function readFile(text: string): Record<string, unknown> {
  try {
    return lowerCased(JSON.parse(text)) ?? refuse("it holds no JSON object");
  } catch (error) {
    return error instanceof SyntaxError ? refuse("it is not JSON") : raise(error);
  }
}

function raise(error: unknown): never {
  throw error;
}

/** The key an entry is found by; an entry without one rejects the file. */
function keyOf(mapping: AuthMapping, strict: boolean): string {
  if (strict) return mapping.userId ?? refuse(`${mapping.key}[${mapping.index}] has no userid`);
  const canonical = canonicalArn(mapping.arn);
  return canonical.ok ? canonical.arn.toLowerCase() : refuse(canonical.problem);
}

function entries(file: Record<string, unknown>, key: AuthMapping["key"], strict: boolean): Map<string, AuthMapping> {
  const list = file[key.toLowerCase()] ?? [];
  if (!Array.isArray(list)) return refuse(`${key} is no list`);
  return new Map(
    list.map((item: unknown, index) => {
      const fields = lowerCased(item) ?? refuse(`${key}[${index}] is no object`);
      // With ids the ARN is optional; a stand-in satisfies the reader and is taken out again.
      const arnKey = key === "mapRoles" ? "rolearn" : "userarn";
      const given = fields[arnKey];
      const missing = strict && (given === undefined || given === "");
      const mapping = readMapping(missing ? { ...fields, [arnKey]: "-" } : fields, { key, index, line: 0 });
      if (typeof mapping === "string") return refuse(`${key}[${index}]: ${mapping}`);
      return [keyOf(mapping, strict), missing ? { ...mapping, arn: "" } : mapping];
    }),
  );
}

/** An entry found by id must not name another principal. A malformed ARN names none. */
function judge(mapping: AuthMapping, identity: Identity): Found {
  const rule = ruleOf(mapping, "dynamic file");
  if (mapping.arn !== "") {
    const canonical = canonicalArn(mapping.arn);
    if (!canonical.ok || !sameArn(stripPath(canonical.arn), stripPath(identity.canonicalArn)))
      return { problem: "ARN does not match User ID" };
  }
  return { username: mapping.username, groups: mapping.groups, rule };
}

/**
 * Mappings of the file's text; empty text (the file is gone) maps nobody.
 *
 * @throws LotseError identity/mapping-file when anything in it is wrong: the file is taken whole or not at all
 */
export function dynamicFileMapper(text: string, options: DynamicFileOptions = {}): Mapper {
  const strict = options.strict ?? false;
  const file = text.trim() === "" ? {} : readFile(text);
  const roles = entries(file, "mapRoles", strict);
  const users = entries(file, "mapUsers", strict);
  const accounts = new Set(Array.isArray(file["mapaccounts"]) ? file["mapaccounts"].map(String) : []);
  return {
    name: "DynamicFile",
    find: (identity) => {
      const key = strict ? identity.principalId : identity.canonicalArn.toLowerCase();
      const mapping = roles.get(key) ?? users.get(key);
      return mapping && judge(mapping, identity);
    },
    allowsAccount: (accountId) => accounts.has(accountId),
  };
}

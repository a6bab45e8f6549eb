// Settings of providers out of flags, variables and files.
import { readFileSync } from "node:fs";
import { errorMessage, LotseError } from "../../../base/index.ts";
import type { FlagValues } from "../../frame/index.ts";
import { secureUrl } from "./http.ts";
import type { ProviderSettings } from "./provider.ts";

/** A flag that can't be used as it is. */
export function badFlag(flag: string, title: string, remedy?: string): LotseError {
  return new LotseError("controllers/bad-flag", { title: `--${flag} ${title}`, ...(remedy ? { remedy } : {}) });
}

/** A file's text. @throws LotseError `controllers/login-file` */
export function fileText(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const title = `--${flag} ${path} can't be read`;
    throw new LotseError("controllers/login-file", { title, detail: errorMessage(cause) }, { cause });
  }
}

/** Settings as a provider reads them. */
export function settingsOf(flags: FlagValues, now: () => number, warn: (text: string) => void): ProviderSettings {
  const required = (name: string): string => {
    const value = flags.optional(name);
    if (value === undefined) throw badFlag(name, "is missing");
    return value;
  };
  return {
    text: (name) => flags.optional(name),
    required,
    choice<T>(name: string, table: Readonly<Record<string, T>>): T {
      const value = required(name);
      if (!Object.hasOwn(table, value))
        throw badFlag(name, `${value} isn't known`, `There are ${Object.keys(table).join(", ")}.`);
      return table[value] as T;
    },
    address(name) {
      const value = required(name);
      try {
        return secureUrl(value);
      } catch (error) {
        throw badFlag(name, `${value}: ${errorMessage(error)}`, "Tokens are sent there: it must be https.");
      }
    },
    yes: (name) => flags.switch(name),
    number: (name) => flags.number(name),
    list: (name) => flags.list(name),
    file(name) {
      const path = flags.optional(name);
      return path === undefined ? undefined : fileText(name, path);
    },
    secret(name) {
      const path = flags.optional(`${name}-file`);
      // Editors end files with a newline, which is part of nobody's password.
      return (
        flags.optional(name) ?? (path === undefined ? undefined : fileText(`${name}-file`, path).replace(/\r?\n$/, ""))
      );
    },
    now,
    warn,
  };
}

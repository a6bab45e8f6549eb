// What ~/.aws says, as far as it is needed before any SDK is loaded: a profile's region and endpoint, and whether anything
// has changed since a token was kept.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const folder = (env: Environment): string => join(env["HOME"] || env["USERPROFILE"] || homedir(), ".aws");
const configFile = (env: Environment): string => env["AWS_CONFIG_FILE"] || join(folder(env), "config");
const credentialsFile = (env: Environment): string =>
  env["AWS_SHARED_CREDENTIALS_FILE"] || join(folder(env), "credentials");

/** Settings of a profile; nested ones are left out. An unreadable file is no file: the SDK says what is wrong with it. */
export function profileSettings(profile: string, env: Environment): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(configFile(env), "utf8");
  } catch {
    // No file, or none that we may read.
    return {};
  }
  const wanted = profile === "default" ? ["default", "profile default"] : [`profile ${profile}`];
  const settings: Record<string, string> = {};
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\[\s*([^\]]*?)\s*\]/.exec(line);
    if (section) inside = wanted.includes((section[1] ?? "").replace(/\s+/g, " ").replaceAll(/["']/g, ""));
    const setting = inside && /^([^\s#;=[][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (setting) settings[setting[1] ?? ""] = (setting[2] ?? "").replace(/\s+[#;].*$/, "");
  }
  return settings;
}

/** Size and time of a file, or that there is none. */
function stampOf(path: string): string {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${path} ${ino} ${size} ${mtimeMs}`;
  } catch {
    // Isn't there; that is what the stamp says.
    return `${path} -`;
  }
}

/** Where sign-ins are kept: they change who a profile is without a word in the profile. */
function signIns(env: Environment): string[] {
  return ["sso", "login"].flatMap((kind) => {
    const cache = join(folder(env), kind, "cache");
    try {
      return readdirSync(cache).map((name) => stampOf(join(cache, name)));
    } catch {
      // Nobody has ever signed in that way.
      return [];
    }
  });
}

/**
 * Everything that decides who the SDK's chain finds, as a text that changes when any of it does. It may hold secrets of
 * the environment: hash it.
 */
export function chainFingerprint(profile: string | undefined, env: Environment): string {
  const variables = Object.entries(env).filter(([name]) => name.startsWith("AWS_"));
  const tokenFile = env["AWS_WEB_IDENTITY_TOKEN_FILE"];
  const files = [configFile(env), credentialsFile(env), ...(tokenFile ? [tokenFile] : [])].map(stampOf);
  return JSON.stringify([profile ?? null, variables.toSorted(([a], [b]) => (a < b ? -1 : 1)), files, signIns(env)]);
}

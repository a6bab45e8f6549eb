// The one place of the sandbox that reads the environment, and only its defaults: whoever embeds the library expects that
// KUBEBUILDER_ASSETS counts, as it does with envtest, and a Go toolchain needs the environment whole.
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** A copy of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment, copied. */
export function processEnvironment(): Environment {
  return { ...process.env };
}

/**
 * What the programs of a control plane are told of it: whom the user believes (Go's own names), which is how an OIDC
 * provider on his own machine, with an authority of its own, can be associated with a cluster.
 */
export function trustEnvironment(env: Environment = process.env): Record<string, string> {
  const { SSL_CERT_FILE, SSL_CERT_DIR } = env;
  return { ...(SSL_CERT_FILE ? { SSL_CERT_FILE } : {}), ...(SSL_CERT_DIR ? { SSL_CERT_DIR } : {}) };
}

/** Variables that name a folder of binaries, the first that is set and fits is taken. */
export const folderVariables = ["LOTSE_KUBE_ASSETS", "KUBEBUILDER_ASSETS"] as const;

/** System and processor in the words of Go and of release files. */
export const platform: { os: string; arch: string } = {
  os: process.platform === "win32" ? "windows" : process.platform,
  arch: process.arch === "x64" ? "amd64" : process.arch,
};

/** Where the binaries of all versions are kept: XDG_CACHE_HOME, else what is usual on the system. */
export function defaultCache(env: Environment): string {
  const { XDG_CACHE_HOME, HOME } = env;
  const home = HOME || homedir();
  const usual = process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  // A relative path is invalid by the XDG specification and to be ignored.
  const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : usual;
  return join(base, "lotse", "kubernetes");
}

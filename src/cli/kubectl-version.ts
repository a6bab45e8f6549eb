// Which kubectl is on this machine: its own word, without asking a cluster.
import { execFile } from "node:child_process";
import type { MaybeRead } from "../lotse.ts";

/** A kubectl that starts takes 100 ms; one that hangs isn't waited for. */
const patience = 5000;

/** Its version, `1.36.2`; undefined when there is none. */
export function readKubectlVersion(
  env: Readonly<Record<string, string | undefined>>,
): Promise<MaybeRead<string | undefined>> {
  return new Promise((resolve) => {
    execFile("kubectl", ["version", "--client", "--output=json"], { timeout: patience, env }, (error, stdout) => {
      if (error && "code" in error && error.code === "ENOENT") return resolve({ value: undefined });
      const version = error ? undefined : /"gitVersion":\s*"v?(1\.\d+\.\d+)/.exec(stdout)?.[1];
      return resolve(version === undefined ? { unread: "kubectl doesn't tell its version" } : { value: version });
    });
  });
}

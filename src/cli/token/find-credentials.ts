// Credentials that need an SDK: profiles, single sign-on, roles, instances. Loaded only when there is no token to reuse.
import { LotseError } from "../../base/index.ts";
import { signingCredentials } from "../../lotse.ts";
import type { EnvironmentCredentials } from "../environment-credentials.ts";
import { quietAwsSdk } from "../env.ts";
import { askLine } from "../question.ts";
import type { TokenSettings } from "./settings.ts";

/** Asks for the code of an MFA device; kubectl hands its terminal on. */
async function mfaCode(device: string): Promise<string> {
  const { stdin, stderr } = process;
  const terminal = {
    stdin,
    stdout: stderr,
    stderr: { write: (text: string) => void stderr.write(text), isTTY: true, columns: 80, color: false },
  };
  const code = await askLine(
    { ...terminal, stdout: terminal.stderr },
    `MFA code of ${device}: `,
    new AbortController().signal,
  );
  if (code === undefined || code.trim() === "")
    throw new LotseError("cli/needs-confirmation", {
      title: `${device} asks for an MFA code, and nobody is there to give it`,
      remedy: "Run `lotse token` in a terminal once: the token is kept for kubectl.",
    });
  return code.trim();
}

/** Finds credentials as the SDK does, assumes the role if there is one. @throws LotseError `aws/…` */
export async function findCredentials(settings: TokenSettings): Promise<EnvironmentCredentials> {
  quietAwsSdk();
  const { region, endpoint, custom, profile, credentials, role } = settings;
  return signingCredentials({
    region,
    ...(custom ? { endpoint } : {}),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials ? { credentials } : {}),
    mfaCode,
    ...(role ? { role } : {}),
  });
}

// The files that tie a server to the API server that asks it: certificate and key in the state directory, a kubeconfig
// that trusts them.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { errorMessage, LotseError, selfSignedCertificate } from "../../base/index.ts";
import type { ServingCertificate } from "../frame/index.ts";
import type { Configuration } from "./configuration.ts";

/** As long as aws-iam-authenticator's own: nobody renews what API servers pin. */
const days = 36_500;

/** Replaces a file in one step. */
function writeWhole(file: string, text: string, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, file);
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new LotseError(
      "controllers/authenticator-files",
      {
        title: `${what} can't be used`,
        detail: errorMessage(cause),
        remedy:
          "Mount a folder that the server's user may write to, or name others with --state-dir and --generate-kubeconfig.",
      },
      { cause },
    );
  }
}

type Place = Pick<Configuration, "stateDir" | "address" | "hostname">;

/** The server's certificate: of the state directory, or a new one that is kept there. */
export function serverCertificate({ stateDir, address, hostname }: Place): ServingCertificate & { made: boolean } {
  const files = { certificate: join(stateDir, "cert.pem"), privateKey: join(stateDir, "key.pem") };
  return attempt(`The state directory ${stateDir}`, () => {
    if (existsSync(files.certificate) && existsSync(files.privateKey)) {
      const read = (file: string): string => readFileSync(file, "utf8");
      return { certificate: read(files.certificate), privateKey: read(files.privateKey), made: false };
    }
    const names = [...(/^(0\.0\.0\.0|::)$/.test(address) ? [] : [address]), hostname];
    const made = selfSignedCertificate("aws-iam-authenticator", [...new Set(names)], Date.now(), days);
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    writeWhole(files.privateKey, made.privateKey, 0o600);
    writeWhole(files.certificate, made.certificate, 0o644);
    return { certificate: made.certificate, privateKey: made.privateKey, made: true };
  });
}

/** The kubeconfig for `--authentication-token-webhook-config-file`. */
export function webhookKubeconfig(
  { hostname, port }: Pick<Configuration, "hostname" | "port">,
  certificate: string,
): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return stringify(
    {
      clusters: [
        {
          name: "aws-iam-authenticator",
          cluster: {
            "certificate-authority-data": Buffer.from(certificate).toString("base64"),
            server: `https://${host}:${port}/authenticate`,
          },
        },
      ],
      users: [{ name: "apiserver" }],
      contexts: [{ name: "webhook", context: { cluster: "aws-iam-authenticator", user: "apiserver" } }],
      "current-context": "webhook",
    },
    { lineWidth: 0 },
  );
}

/** Writes the kubeconfig, unless it says the same already. */
export function writeWebhookKubeconfig(
  configuration: Pick<Configuration, "hostname" | "port" | "generateKubeconfig">,
  certificate: string,
): void {
  const { generateKubeconfig: file } = configuration;
  const text = webhookKubeconfig(configuration, certificate);
  attempt(`The webhook's kubeconfig ${file}`, () => {
    if (existsSync(file) && readFileSync(file, "utf8") === text) return;
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, text, 0o644);
  });
}

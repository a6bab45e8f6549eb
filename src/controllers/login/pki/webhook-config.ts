// The file by which an API server finds the webhook: a kubeconfig with a client certificate, in guard's words.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
import { LotseError } from "../../../base/index.ts";
import type { LoginClient } from "./folder.ts";
import { clientFileName, readLoginAuthority, readLoginClient } from "./folder.ts";

/** What the file says. */
export interface WebhookConfigOptions {
  folder: string;
  client: LoginClient;
  /** `10.96.10.96:443` */
  address: string;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The file's content, for `--authentication-token-webhook-config-file`. @throws LotseError `controllers/login-file`, `controllers/bad-flag` */
export function loginWebhookConfig({ folder, client, address }: WebhookConfigOptions): object {
  if (!/^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.test(address))
    throw new LotseError("controllers/bad-flag", { title: `--addr ${address} isn't HOST:PORT` });
  const user = clientFileName(client);
  const { certificate, privateKey } = readLoginClient(folder, client);
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "guard-server",
        cluster: {
          "certificate-authority-data": base64(readLoginAuthority(folder).certificate),
          server: `https://${address}/tokenreviews`,
        },
      },
    ],
    users: [
      { name: user, user: { "client-certificate-data": base64(certificate), "client-key-data": base64(privateKey) } },
    ],
    contexts: [{ name: "webhook", context: { cluster: "guard-server", user } }],
    "current-context": "webhook",
  };
}

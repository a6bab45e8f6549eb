// People's own OIDC provider on this machine: a discovery document, one RSA key, and tokens signed with it.
import type { KeyObject } from "node:crypto";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { issueCertificate, newAuthority } from "../../src/base/index.ts";

export interface OidcIssuer {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** Who signed its server's certificate, PEM. */
  authority: string;
  /** A token with these claims beside `iss`, good for five minutes; signed by someone else when a key is given. */
  token(claims: object, key?: KeyObject): string;
  close(): Promise<void>;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const keyId = "1";

/** Starts one; its certificate is of an authority that nobody believes yet. */
export async function openOidcIssuer(): Promise<OidcIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const authority = newAuthority("people", Date.now());
  const names = ["127.0.0.1"];
  const server = issueCertificate(authority, { commonName: "people", names, usage: "server" }, Date.now());
  const listener = createServer({ cert: server.certificate, key: server.privateKey }, (request, response) => {
    const documents: Record<string, object> = {
      "/.well-known/openid-configuration": {
        issuer: url,
        jwks_uri: `${url}/keys`,
        id_token_signing_alg_values_supported: ["RS256"],
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
      },
      "/keys": { keys: [{ ...publicKey.export({ format: "jwk" }), kid: keyId, use: "sig", alg: "RS256" }] },
    };
    const document = documents[request.url ?? ""];
    response.writeHead(document ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(document ?? {}));
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const url = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    url,
    authority: authority.certificate,
    token(claims, key = privateKey) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: url, iat: now, exp: now + 300, ...claims };
      const text = `${encoded({ alg: "RS256", typ: "JWT", kid: keyId })}.${encoded(payload)}`;
      return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
    },
    async close() {
      listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
    },
  };
}

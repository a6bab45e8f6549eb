// Which provider a client certificate chooses, as in guard: Organization names the provider, CommonName the organisation.
import { providerNamed } from "../providers.ts";
import type { ClientCertificate } from "../../frame/index.ts";

/** What a certificate says. */
export interface Choice {
  provider: string;
  organization: string;
}

/** The choice, or guard's words for what is wrong with it. */
export function chosenBy(certificate: ClientCertificate | undefined, inUse: ReadonlySet<string>): Choice | string {
  if (!certificate) return "Missing client certificate";
  // Whoever has no certificate of our authority may not ask at all: guard ends the handshake, we say why.
  if (!certificate.trusted) return `Client certificate is not trusted: ${certificate.problem ?? "unknown authority"}`;
  const [name] = certificate.organizations;
  if (name === undefined || name === "") return "Client certificate is missing organization";
  const provider = providerNamed(name);
  if (!provider) return `Client is using unknown organization ${name.slice(0, 64)}`;
  if (!inUse.has(provider.id)) return `guard does not provide service for ${provider.id}`;
  return { provider: provider.id, organization: certificate.commonName };
}

// Which provider a token is shown to, where no client certificate says it: the first one in use that it can be for.
import type { Provider } from "../core/provider.ts";
import { denial } from "../core/refusal.ts";

/** A provider that the proxy asks, with the organisation that counts there. */
export interface ProxyProvider {
  id: string;
  organization: string;
}

/** The providers for a token, in the order they are to be asked. @throws LoginRefusal when it can be none's */
export function providersFor(
  token: string,
  offered: readonly ProxyProvider[],
  open: ReadonlyMap<string, Provider>,
): ProxyProvider[] {
  const fits = ({ id }: ProxyProvider): boolean => open.get(id)?.recognises(token) === true;
  // Who stands in the token file is known here; nobody else need see the token.
  const own = offered.find((each) => each.id === "token-auth" && fits(each));
  if (own) return [own];
  // One alone: a token is a secret between its owner and whoever gave it out. Organisations of one provider share it.
  const first = offered.find((each) => each.id !== "token-auth" && fits(each));
  if (!first) throw denial("Invalid token: no provider in use gives out such ones");
  return offered.filter(({ id }) => id === first.id);
}

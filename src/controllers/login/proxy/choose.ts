// Which provider a token is shown to, where no client certificate says it: the first one in use that it can be for.
import type { Provider } from "../core/provider.ts";
import { denial } from "../core/refusal.ts";

/** A provider that the proxy asks, with the organisation that counts there. */
export interface ProxyProvider {
  id: string;
  organization: string;
}

/** The providers for a token, in the order they are to be asked; the token file, which is ours, stands before another one. */
export function providersFor(
  token: string,
  offered: readonly ProxyProvider[],
  open: ReadonlyMap<string, Provider>,
): ProxyProvider[] {
  const fit = offered.filter(({ id }) => open.get(id)?.recognises(token) === true);
  const own = fit.filter(({ id }) => id === "token-auth");
  // One alone: a token is a secret between its owner and whoever gave it out. Organisations of one provider share it.
  const other = fit.find(({ id }) => id !== "token-auth");
  const chosen = [...own, ...fit.filter(({ id }) => other !== undefined && id === other.id)];
  if (chosen.length === 0) throw denial("the token is of no provider that is in use here");
  return chosen;
}

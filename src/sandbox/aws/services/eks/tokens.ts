// Client tokens: a request that comes twice (its answer was lost) makes one thing and gets the same answer.

/** A row that remembers the token of the request it was made by. */
export interface Repeatable {
  token?: string;
}

interface Request {
  clientRequestToken?: string | undefined;
}

/** True when this row was made by the same request. */
export function isRepeated(row: Readonly<Repeatable> | undefined, { clientRequestToken }: Request): boolean {
  return row !== undefined && clientRequestToken !== undefined && row.token === clientRequestToken;
}

/** The row's part that remembers a request. */
export function tokenOf({ clientRequestToken }: Request): Repeatable {
  return clientRequestToken === undefined ? {} : { token: clientRequestToken };
}

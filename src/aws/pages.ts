// Pagination: AWS's lists as whole arrays.

/** A page, and where the next one begins. */
export interface Page<T> {
  items: readonly T[] | undefined;
  next: string | undefined;
}

/**
 * All items of a paginated list.
 *
 * @example await allPages(async (token) => {
 *   const page = await aws.call("eks", "ListClusters", token ? { nextToken: token } : {});
 *   return { items: page.clusters, next: page.nextToken };
 * })
 */
export async function allPages<T>(read: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    for (const item of page.items ?? []) all.push(item);
    token = page.next || undefined;
  } while (token !== undefined);
  return all;
}

// KMS's pages: Limit and Marker in, NextMarker and Truncated out.
import { AwsError } from "../../core/index.ts";
import { paginate } from "../../query/index.ts";

/**
 * A page as KMS cuts it.
 *
 * @throws AwsError InvalidMarkerException for a marker that isn't of this list
 */
export function page<Item>(
  items: readonly Item[],
  input: { Limit?: number | undefined; Marker?: string | undefined },
  list: string,
): { items: Item[]; Truncated: boolean; NextMarker?: string } {
  const { Limit: limit } = input;
  if (limit !== undefined && (limit < 1 || limit > 1000)) {
    const bound = limit < 1 ? "greater than or equal to 1" : "less than or equal to 1000";
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  const result = paginate(items, {
    token: input.Marker,
    max: input.Limit,
    pageSize: 100,
    scope: `kms/${list}`,
    invalidToken: () =>
      new AwsError("InvalidMarkerException", "The request was rejected because the marker is not valid."),
  });
  const { nextToken } = result;
  return {
    items: [...result.items],
    Truncated: nextToken !== undefined,
    ...(nextToken === undefined ? {} : { NextMarker: nextToken }),
  };
}

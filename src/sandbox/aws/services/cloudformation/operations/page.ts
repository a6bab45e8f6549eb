// Pages of CloudFormation's lists. The token is opaque to callers: the number of rows that follow, from either end.
import { validationError } from "../errors.ts";

/**
 * One page of `rows`.
 *
 * @param anchored the list grows at its front (events, newest first): the token counts from its end
 * @throws AwsError ValidationError when the token is none of ours
 */
export function page<Row>(
  rows: readonly Row[],
  size: number,
  token: string | undefined,
  options: { anchored?: boolean } = {},
): { items: Row[]; next: string | undefined } {
  let start = 0;
  if (token !== undefined) {
    const text = Buffer.from(token, "base64").toString("utf8");
    const match = /^lotse:(\d+)$/.exec(text);
    if (!match) throw validationError(`Invalid NextToken: ${token}`);
    start = options.anchored ? Math.max(0, rows.length - Number(match[1])) : Number(match[1]);
  }
  const end = start + size;
  const mark = options.anchored ? rows.length - end : end;
  return {
    items: rows.slice(start, end),
    next: end < rows.length ? Buffer.from(`lotse:${mark}`).toString("base64") : undefined,
  };
}

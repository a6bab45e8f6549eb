// Tags of EKS objects, compared.

export interface TagDifference {
  set: Record<string, string>;
  remove: string[];
  lines: string[];
}

/**
 * What to set and what to remove, or undefined when nothing differs.
 *
 * @param removable keys that were put there from a file; others belong to somebody else and stay
 */
export function tagDifference(
  have: Readonly<Record<string, string>>,
  want: Readonly<Record<string, string>>,
  removable: readonly string[],
): TagDifference | undefined {
  const set = Object.fromEntries(Object.entries(want).filter(([key, value]) => have[key] !== value));
  const remove = removable.filter(
    (key) => key in have && !(key in want) && !/^(aws:|(alpha\.)?eksctl\.|Name$)/.test(key),
  );
  const lines = [
    ...Object.entries(set).map(([key, value]) => `tag ${key}: ${have[key] ?? "none"} → ${value}`),
    ...remove.map((key) => `tag ${key}: ${have[key]} → none`),
  ];
  return lines.length === 0 ? undefined : { set, remove, lines };
}

// Tags as rows keep them.

/** Key → value. */
export type Tags = Readonly<Record<string, string>>;

// How much of a file lotse is willing to read. A cluster with 1,000 node groups is about 400 kB and 20,000 values.

/** Bytes (UTF-16 units) of one file. */
export const maxLength: number = 1024 * 1024;
/** Values of one document with every alias expanded: a "billion laughs" file stops here. */
export const maxNodes: number = 500_000;
/** Uses of anchors (`*name`) in one document. */
export const maxAliases: number = 10_000;
/** Nesting of lists and maps. eksctl's own structs nest 9 deep; policies and Bottlerocket settings go a little further. */
export const maxDepth: number = 100;
/** Findings reported for one file; what comes after is nearly always an echo of the first ones. */
export const maxFindings: number = 200;
/** Documents after the first that are looked at; eksctl looks at none. */
export const maxDocuments: number = 50;

// Pictures in Graphviz's language, for whoever wants to lay them out by other means.
import type { Graph } from "./model.ts";

const quoted = (text: string): string =>
  `"${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`)}"`;

/** One digraph with a cluster for each picture. */
export function dotOf(graphs: readonly Graph[]): string {
  const parts = graphs.map(({ title, layers, nodes, edges }, i) => {
    const lines = nodes.map(({ id, label, detail, mark }) => {
      const style = mark === "strong" ? ", color=red" : mark === "broken" ? ", style=dashed" : "";
      return `    ${quoted(id)} [label=${quoted(detail ? `${label}\n${detail}` : label)}${style}];`;
    });
    const ranks = layers.map((layer) => {
      const same = nodes.filter(({ kind }) => kind === layer).map(({ id }) => quoted(id));
      return `    { rank=same; ${same.join("; ")} }`;
    });
    const arrows = edges.map(({ from, to, label, broken }) => {
      const tip = label === undefined ? "" : `tooltip=${quoted(label)}`;
      const attributes = [tip, broken ? "style=dashed" : ""].filter(Boolean).join(", ");
      return `    ${quoted(from)} -> ${quoted(to)}${attributes === "" ? "" : ` [${attributes}]`};`;
    });
    return [`  subgraph cluster_${i} {`, `    label=${quoted(title)};`, ...lines, ...ranks, ...arrows, "  }"].join(
      "\n",
    );
  });
  return `digraph access {\n  rankdir=LR;\n  node [shape=box, fontname=sans];\n${parts.join("\n")}\n}\n`;
}

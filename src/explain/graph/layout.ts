// Where the boxes of a picture go: layers from left to right, order by the neighbours' places, no box over another, and no
// edge through a box of a layer that it only passes.
import type { Graph, GraphEdge, GraphNode, NodeKind } from "./model.ts";

/** A box; pixels. */
export interface PlacedNode extends GraphNode {
  x: number;
  y: number;
  width: number;
  height: number;
  lines: readonly string[];
}

/** An edge with the points it goes through, from one box's side to the other's. */
export interface PlacedEdge extends GraphEdge {
  points: readonly (readonly [x: number, y: number])[];
}

/** A picture with places. */
export interface Layout {
  title: string;
  layers: readonly { kind: NodeKind; x: number; width: number }[];
  nodes: readonly PlacedNode[];
  edges: readonly PlacedEdge[];
  width: number;
  height: number;
}

/** Pixels. */
const between = { layers: 84, nodes: 14, lanes: 10 };
const padding = 14;
const heights = { one: 30, two: 46 };
const longest = 46;

const classes: readonly [RegExp, number][] = [
  [/[ilj.,:;|!'()[\]{}/ tfr-]/, 5.8],
  [/[mwMW@%…—]/, 13],
  [/[A-Z]/, 9.8],
];

/** A box's second line is set smaller: 11.5 px. */
export const lineWidth = (text: string, line: number): number =>
  Math.ceil(textWidth(text) * (line === 0 ? 1 : 11.5 / 13));

/** Width of a text at 13 px in the widest of the usual sans-serifs: text that is narrower than its box does no harm. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += classes.find(([of]) => of.test(character))?.[1] ?? 8.5;
  return Math.ceil(width);
}

/** A text with its middle left out: both ends of an ARN say something. */
export function shortened(text: string, most: number = longest): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

interface Slot {
  id: string;
  layer: number;
  /** Undefined: an edge passes here. */
  node?: GraphNode;
  height: number;
  y: number;
  before: Slot[];
  after: Slot[];
}

const linesOf = ({ label, detail }: GraphNode): string[] =>
  [label, ...(detail ? [detail] : [])].map((line) => shortened(line));

function slotsOf(graph: Graph): { slots: Map<string, Slot>; ways: { edge: GraphEdge; slots: Slot[] }[] } {
  const slots = new Map<string, Slot>();
  const make = (id: string, layer: number, height: number, node?: GraphNode): Slot => {
    const slot: Slot = { id, layer, height, y: 0, before: [], after: [], ...(node ? { node } : {}) };
    slots.set(id, slot);
    return slot;
  };
  for (const node of graph.nodes) {
    make(node.id, graph.layers.indexOf(node.kind), node.detail ? heights.two : heights.one, node);
  }
  const ways = graph.edges.flatMap((edge, at) => {
    const [from, to] = [slots.get(edge.from), slots.get(edge.to)];
    if (!from || !to || from.layer >= to.layer) return [];
    const passed = Array.from({ length: to.layer - from.layer - 1 }, (_, i) =>
      make(`${edge.from} ${edge.to} ${i} ${at}`, from.layer + i + 1, between.lanes),
    );
    const way = [from, ...passed, to];
    way.forEach((slot, i) => {
      const next = way[i + 1];
      if (!next) return;
      slot.after.push(next);
      next.before.push(slot);
    });
    return [{ edge, slots: way }];
  });
  return { slots, ways };
}

const centre = ({ y, height }: Slot): number => y + height / 2;

function average(slots: readonly Slot[]): number | undefined {
  return slots.length === 0 ? undefined : slots.reduce((sum, slot) => sum + centre(slot), 0) / slots.length;
}

/**
 * Puts a layer's slots one under the other in their order, all together as near as can be to where each wants to be: slots
 * that want the same place form a block around it (isotonic regression by pooling neighbours that are out of order).
 */
function stack(layer: readonly Slot[], wanted: (slot: Slot) => number | undefined): void {
  let offset = 0;
  const blocks: { slots: { slot: Slot; offset: number }[]; sum: number }[] = [];
  for (const slot of layer) {
    const want = (wanted(slot) ?? centre(slot)) - slot.height / 2;
    blocks.push({ slots: [{ slot, offset }], sum: want - offset });
    offset += slot.height + between.nodes;
    for (;;) {
      const [above, below] = blocks.slice(-2);
      if (!above || !below || above.sum / above.slots.length <= below.sum / below.slots.length) break;
      blocks.splice(-2, 2, { slots: [...above.slots, ...below.slots], sum: above.sum + below.sum });
    }
  }
  for (const { slots, sum } of blocks) for (const each of slots) each.slot.y = sum / slots.length + each.offset;
}

/** Puts a layer's slots one under the other, from the top. */
function pile(layer: readonly Slot[]): void {
  let y = 0;
  for (const slot of layer) {
    slot.y = y;
    y += slot.height + between.nodes;
  }
}

/** Neighbours' middles order a layer; names break ties, so that the same facts make the same picture. */
function arrange(layers: readonly Slot[][]): void {
  for (const layer of layers) {
    layer.sort((a, b) => a.id.localeCompare(b.id));
    pile(layer);
  }
  const sweep = (layer: Slot[], side: "before" | "after"): void => {
    const wanted = new Map(layer.map((slot) => [slot, average(slot[side])]));
    layer.sort((a, b) => (wanted.get(a) ?? centre(a)) - (wanted.get(b) ?? centre(b)) || a.id.localeCompare(b.id));
    stack(layer, (slot) => wanted.get(slot));
  };
  for (let round = 0; round < 6; round += 1) {
    for (const layer of layers.slice(1)) sweep(layer, "before");
    for (const layer of layers.slice(0, -1).toReversed()) sweep(layer, "after");
  }
}

/** Lays a picture out. */
export function layoutOf(graph: Graph): Layout {
  const { slots, ways } = slotsOf(graph);
  const layers = graph.layers.map((_, i) => [...slots.values()].filter(({ layer }) => layer === i));
  arrange(layers);
  let x = 0;
  const columns = layers.map((layer, i) => {
    const widths = layer.flatMap(({ node }) => (node ? linesOf(node).map(lineWidth) : []));
    const width = Math.max(110, ...widths) + 2 * padding;
    const column = { kind: graph.layers[i] as NodeKind, x, width };
    x += width + between.layers;
    return column;
  });
  const top = Math.min(...[...slots.values()].map(({ y }) => y));
  const nodes = [...slots.values()].flatMap(({ node, layer, y, height }): PlacedNode[] => {
    const column = columns[layer];
    if (!node || !column) return [];
    return [{ ...node, x: column.x, y: y - top, width: column.width, height, lines: linesOf(node) }];
  });
  const edges = ways.map(({ edge, slots: way }): PlacedEdge => {
    const points = way.flatMap((slot, i): [number, number][] => {
      const column = columns[slot.layer];
      if (!column) return [];
      const middle = centre(slot) - top;
      if (i === 0) return [[column.x + column.width, middle]];
      if (i === way.length - 1) return [[column.x, middle]];
      return [
        [column.x, middle],
        [column.x + column.width, middle],
      ];
    });
    return { ...edge, points };
  });
  const height = Math.max(0, ...[...slots.values()].map((slot) => slot.y + slot.height - top));
  return { title: graph.title, layers: columns, nodes, edges, width: x - between.layers, height };
}

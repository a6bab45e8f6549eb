import fc from "fast-check";
import { describe, it } from "vitest";
import { randomised } from "../../base/testing.ts";
import type { Layout, PlacedNode } from "./layout.ts";
import { layoutOf, lineWidth, shortened } from "./layout.ts";
import type { Graph, NodeKind } from "./model.ts";
import { svgOf } from "./svg.ts";

const layers: readonly NodeKind[] = ["principal", "user", "group", "right"];

const graph: fc.Arbitrary<Graph> = fc
  .array(fc.record({ layer: fc.nat(3), label: fc.string({ unit: "grapheme", maxLength: 90 }), detail: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  })
  .chain((made) => {
    const nodes = made.map(({ layer, label, detail }, i) => ({
      id: `n${i}`,
      kind: layers[layer] as NodeKind,
      label,
      ...(detail ? { detail: "of 111122223333" } : {}),
    }));
    const pair = fc.tuple(fc.nat(nodes.length - 1), fc.nat(nodes.length - 1));
    return fc.array(pair, { maxLength: 60 }).map((pairs) => ({
      title: "Random",
      layers,
      nodes,
      edges: pairs.map(([from, to]) => ({ from: `n${from}`, to: `n${to}` })),
    }));
  });

const overlap = (a: PlacedNode, b: PlacedNode): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height - 0.001 && b.y < a.y + a.height - 0.001;

/** Level stretches of edges that run through a box. */
function collisions({ edges, nodes }: Layout): string[] {
  return edges.flatMap(({ points, from, to }) =>
    points.flatMap(([x, y], i) => {
      const next = points[i + 1];
      if (!next || next[1] !== y) return [];
      return nodes
        .filter((node) => node.id !== from && node.id !== to)
        .filter(
          (node) =>
            y > node.y + 0.001 && y < node.y + node.height - 0.001 && x < node.x + node.width && next[0] > node.x,
        )
        .map((node) => `${from} to ${to} through ${node.id}`);
    }),
  );
}

describe("a picture", () => {
  const { seed, numRuns } = randomised(150);

  it(`has no box over another, no text outside its box, no edge through a box (seed ${seed})`, ({ expect }) => {
    fc.assert(
      fc.property(graph, (random) => {
        const layout = layoutOf(random);
        const { nodes, width, height } = layout;
        expect(nodes.length).toBe(random.nodes.length);
        for (const [i, node] of nodes.entries()) {
          expect(nodes.slice(i + 1).filter((other) => overlap(node, other))).toEqual([]);
          expect(Math.max(...node.lines.map(lineWidth))).toBeLessThanOrEqual(node.width - 20);
          expect(node.x + node.width).toBeLessThanOrEqual(width);
          expect(node.y).toBeGreaterThanOrEqual(0);
          expect(node.y + node.height).toBeLessThanOrEqual(height + 0.001);
        }
        // No wider apart than if every layer stood on its own below the one before.
        expect(height).toBeLessThanOrEqual((random.nodes.length + 3 * random.edges.length + 1) * 70);
        expect(collisions(layout)).toEqual([]);
      }),
      { seed, numRuns },
    );
  });

  it("is the same whatever order the facts come in", ({ expect }) => {
    const facts: Graph = {
      title: "Order",
      layers,
      nodes: ["a", "b", "c"].flatMap((id) => [
        { id, kind: "principal", label: id },
        { id: `${id}!`, kind: "user", label: id },
      ]),
      edges: [
        { from: "a", to: "c!" },
        { from: "b", to: "a!" },
        { from: "c", to: "b!" },
      ],
    };
    const turned = { ...facts, nodes: facts.nodes.toReversed(), edges: facts.edges.toReversed() };
    const placesOf = (of: Graph): string[] =>
      layoutOf(of)
        .nodes.map(({ id, x, y }) => `${id} ${x} ${y}`)
        .toSorted();
    expect(placesOf(turned)).toEqual(placesOf(facts));
  });

  it("keeps both ends of what is too long, and whatever XML would choke on out of the file", ({ expect }) => {
    expect(shortened("arn:aws:iam::111122223333:role/a-very-long-name-of-a-role", 24)).toBe("arn:aws:iam:…e-of-a-role");
    const text = svgOf([
      { title: "<&\u0000", layers, nodes: [{ id: '"', kind: "user", label: "</text>\uFFFF" }], edges: [] },
    ]);
    expect(text).toContain("&lt;&amp;\uFFFD");
    expect(["\u0000", "\uFFFF", "</text></text>"].filter((bad) => text.includes(bad))).toEqual([]);
  });
});

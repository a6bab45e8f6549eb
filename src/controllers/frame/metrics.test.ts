import { it } from "vitest";
import { openMetrics } from "./metrics.ts";

/** The lines of one metric. */
const linesOf = (text: string, name: string): string[] => text.split("\n").filter((line) => line.includes(name));

it("writes the exposition format that Prometheus reads", ({ expect }) => {
  const metrics = openMetrics();
  const answers = metrics.counter("answers_total", 'How many: "all"\nof them.');
  answers.inc({ code: 200, path: 'a"b\\c\nd' });
  answers.inc({ path: 'a"b\\c\nd', code: 200 }, 2);
  metrics.gauge("depth", "Now.").set(-1.5);
  expect(linesOf(metrics.text(), "answers_total")).toEqual([
    '# HELP answers_total How many: "all"\\nof them.',
    "# TYPE answers_total counter",
    'answers_total{code="200",path="a\\"b\\\\c\\nd"} 3',
  ]);
  expect(linesOf(metrics.text(), "depth")).toContain("depth -1.5");
});

it("counts a histogram's buckets up, with the last one everything", ({ expect }) => {
  const metrics = openMetrics();
  const seconds = metrics.histogram("took_seconds", "How long.", [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 3]) seconds.observe(value, { role: "x" });
  expect(linesOf(metrics.text(), "took_seconds").slice(2)).toEqual([
    'took_seconds_bucket{role="x",le="0.1"} 2',
    'took_seconds_bucket{role="x",le="1"} 3',
    'took_seconds_bucket{role="x",le="+Inf"} 4',
    'took_seconds_sum{role="x"} 3.65',
    'took_seconds_count{role="x"} 4',
  ]);
});

it("gathers what several parts say of one gauge, and doesn't grow without end", ({ expect }) => {
  const metrics = openMetrics();
  for (const role of ["a", "b"]) metrics.collect("size", "Now.", () => [[{ role }, 1]]);
  expect(linesOf(metrics.text(), "size{")).toEqual(['size{role="a"} 1', 'size{role="b"} 1']);
  const many = metrics.counter("many_total", "By something that others choose.");
  for (let i = 0; i < 5_000; i += 1) many.inc({ name: `n${i}` });
  expect(linesOf(metrics.text(), "many_total{")).toHaveLength(2_000);
});

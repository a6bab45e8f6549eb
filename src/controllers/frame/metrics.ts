// Metrics as Prometheus reads them (text exposition format 0.0.4): counters, gauges, histograms.
// https://prometheus.io/docs/instrumenting/exposition_formats/

type Labels = Readonly<Record<string, string | number>>;

export interface Counter {
  inc(labels?: Labels, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  inc(labels?: Labels, by?: number): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** A process's metrics. Asking for the same name again gives the same one. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** @param buckets upper bounds in ascending order; Prometheus' own by default, for seconds */
  histogram(name: string, help: string, buckets?: readonly number[]): Histogram;
  /** Asked for a gauge's value when somebody reads the metrics. */
  collect(name: string, help: string, read: () => number | readonly (readonly [Labels, number])[]): void;
  /** The exposition. */
  text(): string;
}

/** `prometheus.DefBuckets` of the Go client. */
const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Labels that somebody outside chooses could fill the memory: beyond so many series a metric takes no new ones. */
const mostSeries = 2_000;

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeValue = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(String(value))}"`);
  return parts.toSorted().join(",");
}

const numberText = (value: number): string =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : Number.isNaN(value) ? "NaN" : String(value);
const sample = (name: string, labels: string, value: number): string =>
  `${name}${labels === "" ? "" : `{${labels}}`} ${numberText(value)}`;

interface Family {
  type: "counter" | "gauge" | "histogram";
  help: string;
  lines(name: string): string[];
  instrument: Counter | Gauge | Histogram;
}

function simpleFamily(type: "counter" | "gauge", help: string): Family {
  const series = new Map<string, number>();
  const change = (labels: Labels, next: (before: number) => number): void => {
    const key = labelText(labels);
    if (!series.has(key) && series.size >= mostSeries) return;
    series.set(key, next(series.get(key) ?? 0));
  };
  const instrument: Counter & Gauge = {
    inc: (labels = {}, by = 1) => change(labels, (before) => before + by),
    set: (value, labels = {}) => change(labels, () => value),
  };
  return { type, help, instrument, lines: (name) => [...series].map(([key, value]) => sample(name, key, value)) };
}

function histogramFamily(help: string, buckets: readonly number[]): Family {
  const series = new Map<string, { counts: number[]; sum: number; count: number }>();
  const instrument: Histogram = {
    observe(value, labels = {}) {
      const key = labelText(labels);
      let at = series.get(key);
      if (!at) {
        if (series.size >= mostSeries) return;
        at = { counts: buckets.map(() => 0), sum: 0, count: 0 };
        series.set(key, at);
      }
      const bucket = buckets.findIndex((bound) => value <= bound);
      if (bucket >= 0) at.counts[bucket] = (at.counts[bucket] ?? 0) + 1;
      at.sum += value;
      at.count += 1;
    },
  };
  const lines = (name: string): string[] =>
    [...series].flatMap(([key, { counts, sum, count }]) => {
      const join = key === "" ? "" : `${key},`;
      let under = 0;
      const each = buckets.map((bound, i) => {
        under += counts[i] ?? 0;
        return sample(`${name}_bucket`, `${join}le="${bound}"`, under);
      });
      return [
        ...each,
        sample(`${name}_bucket`, `${join}le="+Inf"`, count),
        sample(`${name}_sum`, key, sum),
        sample(`${name}_count`, key, count),
      ];
    });
  return { type: "histogram", help, instrument, lines };
}

/** New metrics, with those of the process itself. */
export function openMetrics(): Metrics {
  const families = new Map<string, Family>();
  const collected = new Map<string, (() => number | readonly (readonly [Labels, number])[])[]>();
  const family = <T>(name: string, make: () => Family): T => {
    let found = families.get(name);
    if (!found) {
      if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`${name} is no name of a metric`);
      found = make();
      families.set(name, found);
    }
    return found.instrument as T;
  };
  const metrics: Metrics = {
    counter: (name, help) => family(name, () => simpleFamily("counter", help)),
    gauge: (name, help) => family(name, () => simpleFamily("gauge", help)),
    histogram: (name, help, buckets = defaultBuckets) => family(name, () => histogramFamily(help, buckets)),
    collect(name, help, read) {
      const known = collected.get(name);
      if (known) return void known.push(read);
      const readers = [read];
      collected.set(name, readers);
      const lines = (as: string): string[] =>
        readers.flatMap((each) => {
          const value = each();
          const pairs: readonly (readonly [Labels, number])[] = typeof value === "number" ? [[{}, value]] : value;
          return pairs.map(([labels, one]) => sample(as, labelText(labels), one));
        });
      const type = name.endsWith("_total") ? "counter" : "gauge";
      family(name, () => ({ type, help, lines, instrument: { inc: () => undefined } }));
    },
    text: () =>
      [...families]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, { type, help, lines }]) => [
          `# HELP ${name} ${escapeHelp(help)}`,
          `# TYPE ${name} ${type}`,
          ...lines(name),
        ])
        .map((line) => `${line}\n`)
        .join(""),
  };
  const started = Date.now() / 1000 - process.uptime();
  metrics.collect("process_resident_memory_bytes", "Resident memory size in bytes.", () => process.memoryUsage.rss());
  metrics.collect(
    "process_start_time_seconds",
    "Start time of the process since unix epoch in seconds.",
    () => started,
  );
  metrics.collect("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return metrics;
}

// What kubelets and Prometheus ask: `/healthz`, `/readyz`, `/metrics`, over plain HTTP on a port of their own.
import type { Health } from "../health.ts";
import { healthText } from "../health.ts";
import type { Metrics } from "../metrics.ts";
import type { RouteDefinition } from "./route.ts";

const text = { "content-type": "text/plain; charset=utf-8" };

/** The routes of a process. */
export function probeRoutes(health: Health, metrics: Metrics): RouteDefinition[] {
  const probe = (path: string, kind: "ready" | "alive"): RouteDefinition => ({
    path,
    methods: ["GET", "HEAD"],
    maxBytes: 1024,
    handle: () => {
      const problems = health.problems(kind);
      return { status: problems.length === 0 ? 200 : 503, headers: text, body: healthText(problems) };
    },
  });
  return [
    probe("/healthz", "alive"),
    probe("/livez", "alive"),
    probe("/readyz", "ready"),
    // aws-iam-authenticator's health port answers every path.
    { ...probe("/*", "alive"), label: "other" },
    {
      path: "/metrics",
      methods: ["GET", "HEAD"],
      maxBytes: 1024,
      handle: () => ({
        status: 200,
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
        body: metrics.text(),
      }),
    },
  ];
}

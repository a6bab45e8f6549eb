// The report as it is.
import type { Reporter } from "./reporter.ts";

export const jsonReporter: Reporter = {
  name: "json",
  endings: [".json"],
  render: (report) => `${JSON.stringify(report, null, 2)}\n`,
};

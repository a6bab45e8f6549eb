import { defineConfig } from "vitest/config";

// `unit` runs beside the code and never leaves the process; `contract` and `scenario` start processes and are slower.
export default defineConfig({
  test: {
    sequence: { shuffle: { tests: false, files: true } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "test/*.test.ts"] } },
      { extends: true, test: { name: "contract", include: ["test/contracts/**/*.test.ts", "test/package/**/*.test.ts"] } },
      { extends: true, test: { name: "scenario", include: ["test/scenarios/**/*.test.ts"] } },
    ],
  },
});

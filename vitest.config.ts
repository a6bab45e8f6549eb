import { defineConfig } from "vitest/config";

// `unit` runs beside the code and never leaves the process; `contract` and `scenario` start processes and are slower.
export default defineConfig({
  test: {
    sequence: { shuffle: { tests: false, files: true } },
    // The SDK would tell every worker that it wants Node 22 from 2027 on.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "test/*.test.ts"] } },
      {
        extends: true,
        test: { name: "contract", include: ["test/contracts/**/*.test.ts", "test/package/**/*.test.ts"] },
      },
      { extends: true, test: { name: "scenario", include: ["test/scenarios/**/*.test.ts"] } },
    ],
  },
});

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import type { TestSequencer, TestSpecification } from "vitest/node";

/** Whole stories take minutes together: what they leave of a run's time is filled by the short ones. */
const longestFirst = ["scenario", "contract", "unit"];

/** Stories first, in another order each time: none may lean on another. */
class StoriesFirst implements TestSequencer {
  async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project }: TestSpecification): number => longestFirst.indexOf(project.name);
    return files
      .map((file) => ({ file, key: rank(file) + Math.random() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ file }) => file);
  }
}

/** What stories wait for has its own end; theirs is for what hangs, on a machine that does much else. */
const stories = { testTimeout: 180_000, hookTimeout: 240_000 };

// `unit` runs beside the code and never leaves the process; `contract` and `scenario` start processes and are slower.
export default defineConfig({
  test: {
    sequence: { sequencer: StoriesFirst },
    // Stories wait for processes of their own nearly a third of their time (737 s of processor in 529 s on 2 cores with
    // a worker for each): one worker more than there are cores.
    maxWorkers: availableParallelism() + 1,
    // The SDK would tell every worker that it wants Node 22 from 2027 on.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One set of modules a worker: loading them anew for each of 300 files takes longer than most files' tests.
    isolate: false,
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "test/*.test.ts"] } },
      {
        extends: true,
        test: { ...stories, name: "contract", include: ["test/contracts/**/*.test.ts", "test/package/**/*.test.ts"] },
      },
      { extends: true, test: { ...stories, name: "scenario", include: ["test/scenarios/**/*.test.ts"] } },
    ],
  },
});

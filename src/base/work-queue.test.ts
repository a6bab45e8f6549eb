import { setTimeout as sleep } from "node:timers/promises";
import { it } from "vitest";
import { WorkQueue } from "./work-queue.ts";

it("does a key once at a time, and once more when it was asked for meanwhile", async ({ expect }) => {
  const done: string[] = [];
  const queue = new WorkQueue({
    workers: 2,
    work: async (key) => {
      done.push(`${key} begins`);
      await sleep(10);
      done.push(`${key} ends`);
    },
  });
  queue.add("a");
  queue.add("a");
  queue.add("a");
  await sleep(50);
  expect(done).toEqual(["a begins", "a ends", "a begins", "a ends"]);
});

it("keeps to its number of workers", async ({ expect }) => {
  let running = 0;
  let most = 0;
  const queue = new WorkQueue({
    workers: 3,
    work: async () => {
      most = Math.max(most, (running += 1));
      await sleep(2);
      running -= 1;
    },
  });
  for (let i = 0; i < 20; i += 1) queue.add(String(i));
  while (queue.size > 0) await sleep(5);
  expect(most).toBe(3);
});

it("tries again what failed, a little later each time, until it is told to give up", async ({ expect }) => {
  const failures: number[] = [];
  const queue = new WorkQueue({
    workers: 1,
    work: () => Promise.reject(new Error("no")),
    onFailure: (_key, _error, count) => {
      failures.push(count);
      return count < 3;
    },
  });
  queue.add("a");
  await sleep(450);
  expect(failures).toEqual([1, 2, 3]);
  queue.close();
});

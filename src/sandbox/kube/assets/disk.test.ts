import { statfsSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";
import type { AssetProgress } from "./assets.ts";
import { checkSpace } from "./disk.ts";
import { throttled } from "./progress.ts";
import { scratchFolder } from "./testing.ts";

it("room on the disk is asked for before it is needed, also for folders that aren't there yet", async ({ expect }) => {
  using scratch = scratchFolder();
  const folder = join(scratch.path, "not", "yet", "there");
  await checkSpace("A build", { [folder]: 1000 });
  const wanted = checkSpace("A build", { [folder]: 1e18 });
  await expect(wanted).rejects.toMatchObject({ code: "kube/disk-space" });
  await expect(wanted).rejects.toThrow(/^A build needs 1000000000000 MB, and \d+ MB are free where \/.*there is$/);
});

it("folders on one disk share its room", async ({ expect }) => {
  using scratch = scratchFolder();
  const { bavail, bsize } = statfsSync(scratch.path);
  const most = bavail * bsize * 0.7;
  await checkSpace("A build", { [join(scratch.path, "a")]: most });
  const both = checkSpace("A build", { [join(scratch.path, "a")]: most, [join(scratch.path, "b")]: most });
  await expect(both).rejects.toMatchObject({ code: "kube/disk-space" });
});

it("progress tells of every step, and of what happens within once a second", ({ expect }) => {
  const heard: AssetProgress[] = [];
  const tell = throttled((message) => heard.push(message));
  for (const step of ["download", "build"]) for (let i = 0; i < 50; i += 1) tell({ step, text: `${i} MB` });
  tell({ step: "build", text: "no Go", failed: true });
  expect(heard.map(({ step, text }) => `${step} ${text}`)).toEqual(["download 0 MB", "build 0 MB", "build no Go"]);
});

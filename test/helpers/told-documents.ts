// Documents whose dialogues are run, each in a shell of its own, and must say what they say it says.
import { readdirSync } from "node:fs";
import { describe, it } from "vitest";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { dialogues, documentShell, outputPattern, readDocument, type Dialogue } from "./console-blocks.ts";
import { python } from "./judges.ts";

/** A document and what happens in it. */
export interface ToldDocument {
  path: string;
  all: readonly Dialogue[];
  /** Something in it lives in a cluster of Kubernetes. */
  lives: boolean;
}

/** README and guides that show commands. */
export const toldDocuments: readonly ToldDocument[] = [
  "README.md",
  ...readdirSync("docs/guides").map((name) => `docs/guides/${name}`),
]
  .map((path) => ({ path, all: dialogues(readDocument(path)) }))
  .filter(({ all }) => all.length > 0)
  .map(({ path, all }) => ({
    path,
    all,
    lives: all.some(({ command }) => /\blotse (demo|rehearse)\b/.test(command)),
  }));

/** One test a document. */
export async function describeDocuments(documents: readonly ToldDocument[]): Promise<void> {
  const kubernetes = await kubernetesOr("1.35");
  describe("documents", () => {
    for (const { path, all, lives } of documents) {
      const needsAws = all.some(({ command }) => /\baws /.test(command));
      const skip = lives ? kubernetes.skip : undefined;
      const title = skip ?? `${path} shows what happens`;
      it.skipIf((needsAws && !python) || skip)(title, { timeout: 300_000 }, ({ expect }) => {
        const shell = documentShell({ kubernetes: lives });
        try {
          for (const { command, expected, line } of all) {
            const { output, status } = shell.run(command);
            expect(output, `${path}:${line} $ ${command}`).toMatch(outputPattern(expected));
            // What fails in a document is meant to, and shows how.
            const mayFail = expected.some((text) => /error|invalid|denied|not authorized/i.test(text));
            if (!mayFail) expect(status, `${path}:${line} $ ${command}`).toBe(0);
          }
        } finally {
          shell.close();
        }
      });
    }
  });
}

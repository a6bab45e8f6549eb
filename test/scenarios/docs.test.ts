// The documents keep their word: what they show is run, and must say what they say it says.
import { readdirSync } from "node:fs";
import { describe, it } from "vitest";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { dialogues, documentShell, outputPattern, readDocument } from "../helpers/console-blocks.ts";
import { python } from "../helpers/judges.ts";

const kubernetes = await kubernetesOr("1.35");
const documents = ["README.md", ...readdirSync("docs/guides").map((name) => `docs/guides/${name}`)];

describe("documents", () => {
  for (const document of documents) {
    const all = dialogues(readDocument(document));
    const needsAws = all.some(({ command }) => /\baws /.test(command));
    if (all.length === 0) continue;
    const lives = all.some(({ command }) => /\blotse (demo|rehearse)\b/.test(command));
    const skip = lives ? kubernetes.skip : undefined;
    const title = skip ?? `${document} shows what happens`;
    it.skipIf((needsAws && !python) || skip)(title, { timeout: 300_000 }, ({ expect }) => {
      const shell = documentShell({ kubernetes: lives });
      try {
        for (const { command, expected, line } of all) {
          const { output, status } = shell.run(command);
          expect(output, `${document}:${line} $ ${command}`).toMatch(outputPattern(expected));
          // What fails in a document is meant to, and shows how.
          const mayFail = expected.some((text) => /error|invalid|denied|not authorized/i.test(text));
          if (!mayFail) expect(status, `${document}:${line} $ ${command}`).toBe(0);
        }
      } finally {
        shell.close();
      }
    });
  }
});

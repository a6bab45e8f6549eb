// The licence texts of everything that ends up in a bundle.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Licences that may be shipped inside an Apache-2.0 package. */
const allowed = /^(MIT|ISC|Apache-2\.0|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense)$/;

/**
 * Markdown with name, version, licence and licence text of every package among the module paths.
 * @param {string[]} modules absolute module ids of the bundle
 */
export async function bundledLicences(modules) {
  /** @type {Set<string>} */
  const folders = new Set();
  for (const id of modules) {
    const match = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id);
    if (match) folders.add(match[1]);
  }
  const sections = [];
  for (const folder of [...folders].sort()) {
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    if (!allowed.test(manifest.license))
      throw new Error(`${manifest.name}: licence ${manifest.license} may not be bundled`);
    const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? (await readFile(join(folder, file), "utf8")).trim() : `See the ${manifest.license} licence.`;
    sections.push({ key: `${manifest.name} ${manifest.version} (${manifest.license})`, text });
  }
  const byText = new Map();
  for (const { key, text } of sections) byText.set(text, [...(byText.get(text) ?? []), key]);
  const parts = [...byText].map(([text, keys]) => `## ${keys.join(", ")}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return `# Third-party licences\n\nCode of these packages is part of the published bundles.\n\n${parts.join("\n")}`;
}

// Paths of values: `managedNodeGroups[0].labels["example.com/role"]`.
import type { ConfigPath } from "./cluster.ts";

/** The path as text. */
export function formatPath(path: ConfigPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** Text to path; `[0]`, `[]`, `.name` and `["name"]` are understood. Undefined when it is none. */
export function parsePath(text: string): ConfigPath | undefined {
  const path: (string | number)[] = [];
  let rest = text.trim().replace(/^\./, "");
  while (rest !== "") {
    const step = /^(?:\[(\d*)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]]+))/.exec(rest);
    if (!step) return undefined;
    const [whole, index, quoted, name] = step;
    if (name !== undefined) path.push(name);
    else if (quoted !== undefined) path.push(quoted.replaceAll(/\\(.)/g, "$1"));
    else path.push(index === "" || index === undefined ? 0 : Number(index));
    rest = rest.slice(whole.length);
  }
  return path;
}

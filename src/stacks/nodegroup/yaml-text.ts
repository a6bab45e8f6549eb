// YAML as Kubernetes' tools write it: keys sorted, lists at the level of their key, no line folded. A library's writer would do
// the same at ten times the time, and node groups come by the hundred.

/** Text that needs no quotes: no indicator at its begin, no `: `, ` #` or line end inside. */
const plain = /^(?:[A-Za-z0-9_./<+]|-(?=\S))(?:[\w./<>=,+@*%()-]|:(?=\S))*$/;

/** Plain text that YAML 1.1 or 1.2 would read as a boolean, null, number or date. */
const ambiguous =
  /^(?:y|n|yes|no|on|off|true|false|null|nan|\.nan|[-+]?\.?inf|~|<<|[-+]?[\d_]*\.?[\d_.]*(?:e[-+]?\d+)?|0[xob][\da-f_]+|[-+]?[\d_]+(?::[\d.]+)+|\d{4}-\d.*)$/i;

/** Looks like a number to {@link ambiguous}, and is none. */
const address = /^\d+\.\d+\.\d+\.\d+$/;

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  const safe = plain.test(value) && (!ambiguous.test(value) || address.test(value));
  return safe ? value : JSON.stringify(value);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** Lines of a value; the first continues the line that its key or dash begins. */
function lines(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []\n";
    return `\n${value.map((item) => `${indent}-${inList(item, indent)}`).join("")}`;
  }
  if (typeof value !== "object" || value === null) return ` ${scalar(value)}\n`;
  if (isEmpty(value)) return " {}\n";
  return `\n${members(value, indent)}`;
}

/** A list's item: a map begins on the line of its dash. */
function inList(item: unknown, indent: string): string {
  if (typeof item !== "object" || item === null || Array.isArray(item) || isEmpty(item))
    return lines(item, `${indent}  `);
  return ` ${members(item, `${indent}  `).slice(indent.length + 2)}`;
}

function members(map: object, indent: string): string {
  const entries = Object.entries(map as Record<string, unknown>).filter(([, value]) => value !== undefined);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => {
      const inner = Array.isArray(value) ? indent : `${indent}  `;
      return `${indent}${scalar(key)}:${lines(value, inner)}`;
    })
    .join("");
}

/** A document of maps, lists, text, numbers, booleans and nulls. */
export function yamlText(document: Readonly<Record<string, unknown>>): string {
  return isEmpty(document) ? "{}\n" : members(document, "");
}

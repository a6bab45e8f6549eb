// Changes to the text of policies: a statement more, a statement less.

type Json = Record<string, unknown>;

const empty: Json = { Version: "2012-10-17", Statement: [] };

function documentOf(text: string | undefined): Json {
  return text === undefined || text === "" ? empty : (JSON.parse(text) as Json);
}

const statementsOf = (document: Json): unknown[] => {
  const { Statement: statements } = document;
  return Array.isArray(statements) ? statements : statements === undefined ? [] : [statements];
};

/** The document with another statement at its end. */
export function withStatement(text: string | undefined, statement: object): string {
  const document = documentOf(text);
  return JSON.stringify({ ...document, Statement: [...statementsOf(document), statement] });
}

/** The document without one of its statements; undefined when nothing is left of it. */
export function withoutStatement(text: string, index: number): string | undefined {
  const document = documentOf(text);
  const rest = statementsOf(document).filter((_, i) => i !== index);
  return rest.length === 0 ? undefined : JSON.stringify({ ...document, Statement: rest });
}

/** The statement itself, as it is written. */
export function writtenStatement(text: string, index: number): string | undefined {
  const found = statementsOf(documentOf(text))[index];
  return found === undefined ? undefined : JSON.stringify(found);
}

/** Text in single quotes for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

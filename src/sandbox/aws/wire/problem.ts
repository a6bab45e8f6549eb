// What can be wrong with a request before an operation sees it. Each protocol words these in its own way.

/**
 * - `syntax`: the body isn't JSON, XML or a form at all;
 * - `type`: a value that isn't of its member's type;
 * - `missing`: required members without a value;
 * - `unknown`: parameters that the operation doesn't have (EC2 refuses these).
 */
export type Problem =
  | { kind: "syntax"; text: string }
  | { kind: "type"; path: string; value: string; expected: string }
  | { kind: "missing"; paths: readonly string[] }
  | { kind: "unknown"; names: readonly string[] };

/** Thrown by request parsers; the protocol's error writer makes an answer of it. */
export class RequestProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/** A request that its protocol can't read. */
export function syntaxProblem(text: string): RequestProblem {
  return new RequestProblem({ kind: "syntax", text });
}

/** `value` is shown to the caller: shortened, and without what may be a secret. */
export function typeProblem(path: string, value: unknown, expected: string): RequestProblem {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return new RequestProblem({ kind: "type", path, value: (text ?? "null").slice(0, 64), expected });
}

// The one exception class of lotse. Rooms throw it with a code from their own table; everything else that is
// thrown is a defect and is reported as such.
import type { Blame, Diagnostic } from "./diagnostic.ts";

// A registered symbol, so that the check holds across two copies of the library in one process.
const lotseErrorBrand: symbol = Symbol.for("lotse.error");

/** What an error says besides its code. */
export interface ErrorFacts extends Omit<Partial<Diagnostic>, "code" | "severity"> {
  title: string;
  blame?: Blame;
}

/**
 * An error a person can act on. Carries one {@link Diagnostic}; `diagnostics` holds further findings when there are several.
 *
 * @example throw new LotseError("engine/stack-failed", { title: "Stack x failed", remedy: "…", blame: "aws" }, { cause });
 */
export class LotseError extends Error {
  readonly brand: symbol = lotseErrorBrand;
  readonly code: string;
  readonly blame: Blame;
  readonly diagnostic: Diagnostic;
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: string, facts: ErrorFacts, options: { cause?: unknown; diagnostics?: readonly Diagnostic[] } = {}) {
    super(facts.title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "LotseError";
    const { blame, ...rest } = facts;
    this.code = code;
    this.blame = blame ?? "user";
    this.diagnostic = { code, severity: "error", ...rest };
    this.diagnostics = options.diagnostics ?? [this.diagnostic];
  }
}

/** True for a {@link LotseError} of any copy of the library. */
export function isLotseError(error: unknown): error is LotseError {
  return typeof error === "object" && error !== null && (error as { brand?: unknown }).brand === lotseErrorBrand;
}

/** The text of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// The one place where the environment is read.

/** The environment as a plain record, taken once at start. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}

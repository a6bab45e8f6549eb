// The one place where the environment is read, or written.

/** The environment as a plain record, taken once at start. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}

/** Keeps the AWS SDK from telling everybody on Node 20 that it will want Node 22 from January 2027 on. */
export function quietAwsSdk(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
}

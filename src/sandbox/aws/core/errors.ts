// What an emulated operation throws: AWS's code and text. The wire layer knows how each protocol writes it.

/** An error as AWS would answer it. `status` defaults to what the schema says of the shape, else 400. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  /** Further members of the modelled error shape (`clusterName`, `validZones` …). */
  readonly members: Record<string, unknown>;

  constructor(code: string, message: string, options: { status?: number; members?: Record<string, unknown> } = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status;
    this.members = options.members ?? {};
  }
}

/** Thrown where the sandbox lacks something that AWS has; answered as HTTP 501 and counted for `lotse sandbox coverage`. */
export class NotEmulatedError extends AwsError {
  constructor(what: string) {
    super("NotEmulated", `lotse sandbox: ${what} is not emulated`, { status: 501 });
  }
}

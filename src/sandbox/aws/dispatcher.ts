// Runs the chain for one request and turns whatever goes wrong into the service's own kind of error answer.
import type { Cloud, Principal } from "./core/index.ts";
import { AwsError, NotEmulatedError } from "./core/index.ts";
import type { ChainHost, Exchange } from "./chain.ts";
import { chain, wantsJson } from "./chain.ts";
import type { ServiceSchema } from "./schema/index.ts";
import { SigningKeys } from "./sigv4.ts";
import type { Dialect, WireError, WireRequest, WireResponse } from "./wire/index.ts";
import { protocols, RequestProblem } from "./wire/index.ts";

export interface DispatcherOptions {
  cloud: Cloud;
  account: string;
  region: string;
  administrator: { accessKeyId: string; secretAccessKey: string; principal: Principal };
  /** Default false; see {@link ChainHost.anyKey}. */
  anyKey?: boolean;
  /** Hears of errors that are the sandbox's own; the caller gets an InternalFailure. */
  onFailure?: (error: unknown, what: string) => void;
}

/** Answers requests; `missing` counts what was asked for and isn't emulated. */
export interface Dispatcher {
  dispatch(request: WireRequest): WireResponse;
  readonly missing: ReadonlyMap<string, number>;
}

/** Codes whose status the schemas don't say. */
const statuses: Record<string, number> = {
  AccessDenied: 403,
  NotFound: 404,
  AccessDeniedException: 403,
  UnauthorizedOperation: 403,
  InternalFailure: 500,
  InternalError: 500,
  ServiceUnavailable: 503,
  RequestLimitExceeded: 503,
};

function wireError(error: AwsError, schema: ServiceSchema): WireError {
  const modelled = schema.error(error.code);
  const status = error.status ?? statuses[error.code] ?? modelled?.status ?? 400;
  return {
    code: modelled?.code ?? error.code,
    message: error.message,
    status,
    fault: status >= 500 ? "server" : (modelled?.fault ?? "client"),
    members: error.members,
    schema: modelled,
  };
}

function asAwsError(error: unknown, dialect: Dialect | undefined): AwsError | undefined {
  if (error instanceof AwsError) return error;
  if (error instanceof RequestProblem && dialect) {
    const { code, message, status } = dialect.problem(error.problem);
    return new AwsError(code, message, { status });
  }
  return undefined;
}

/** For requests to services without a schema: their protocol can only be guessed. */
function guessedAnswer(error: AwsError, exchange: Exchange): WireResponse {
  const { request, requestId } = exchange;
  const status = error.status ?? 400;
  const form = (request.headers["content-type"] ?? "").includes("x-www-form-urlencoded");
  // Paths that begin with a date are those of the restXml services (Route 53, CloudFront).
  const xml = form || /^\/\d{4}-\d\d-\d\d\//.test(request.path);
  if (!xml) {
    const headers = {
      "content-type": "application/json",
      "x-amzn-errortype": error.code,
      "x-amzn-requestid": requestId,
    };
    return { status, headers, body: JSON.stringify({ __type: error.code, message: error.message }) };
  }
  const text = error.message.replaceAll(/[<>&]/g, " ");
  const body =
    `<ErrorResponse><Error><Type>Sender</Type><Code>${error.code}</Code><Message>${text}</Message></Error>` +
    `<RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status, headers: { "content-type": "text/xml", "x-amzn-requestid": requestId }, body };
}

/** Takes requests the way of the chain and answers each one, whatever goes wrong with it. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { cloud, account, region } = options;
  const { accessKeyId, secretAccessKey, principal } = options.administrator;
  const administrator = { accessKeyId, credential: { secretAccessKey, principal } };
  const { anyKey = false } = options;
  const host: ChainHost = { cloud, account, region, administrator, anyKey, keys: new SigningKeys() };
  const missing = new Map<string, number>();

  const failure = (error: unknown, exchange: Exchange): WireResponse => {
    const { schema, dialect, requestId, request, operation } = exchange;
    let answer = asAwsError(error, dialect);
    if (!answer) {
      const what = schema ? `${schema.id} ${operation?.name ?? ""}` : request.path;
      // A request that no parser could make sense of before its service was known.
      if (error instanceof RequestProblem || error instanceof RangeError) {
        answer = new AwsError("InvalidRequest", "The request could not be read", { status: 400 });
      } else {
        options.onFailure?.(error, what);
        const text = `lotse sandbox failed in ${what}: ${error instanceof Error ? error.message : String(error)}`;
        answer = new AwsError("InternalFailure", text, { status: 500 });
      }
    }
    if (answer instanceof NotEmulatedError) missing.set(answer.message, (missing.get(answer.message) ?? 0) + 1);
    if (!schema || !dialect) return guessedAnswer(answer, exchange);
    const context = { schema, dialect, requestId, method: request.method, wantsJson: wantsJson(request) };
    return protocols[schema.protocol].failure(wireError(answer, schema), context);
  };

  return {
    missing,
    dispatch(request) {
      const exchange: Exchange = { request, requestId: cloud.requestIds.next(), region };
      let response: WireResponse;
      try {
        for (const link of chain) link.run(exchange, host);
        response = exchange.response as WireResponse;
      } catch (error) {
        response = failure(error, exchange);
      }
      if (exchange.delay !== undefined) response.delay = exchange.delay;
      if (exchange.drop) response.drop = true;
      return response;
    },
  };
}

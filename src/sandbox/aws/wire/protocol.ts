// The contract of a protocol: requests to inputs, outputs and errors to answers.
import type { ErrorSchema, OperationSchema, ServiceSchema } from "../schema/index.ts";
import type { Dialect } from "./dialect.ts";
import type { QueryParameters, WireRequest, WireResponse } from "./message.ts";

/** A request whose service and operation are known. */
export interface RoutedRequest {
  request: WireRequest;
  schema: ServiceSchema;
  operation: OperationSchema;
  dialect: Dialect;
  /** Of the query string. */
  parameters: QueryParameters;
  /** Of the form body or, where there is none, of the query string (awsQuery, ec2Query). */
  form: QueryParameters;
  labels: Readonly<Record<string, string>>;
}

/** An error with everything that its answer shows. */
export interface WireError {
  code: string;
  message: string;
  status: number;
  fault: "client" | "server";
  /** Values of the modelled members beyond the message. */
  members: Readonly<Record<string, unknown>>;
  schema: ErrorSchema | undefined;
}

/** What an answer needs to know of the request; `routed` is missing when the operation wasn't found. */
export interface AnswerContext {
  schema: ServiceSchema;
  dialect: Dialect;
  requestId: string;
  method: string;
  /** The caller prefers JSON where the protocol is XML (authenticators do, for GetCallerIdentity). */
  wantsJson: boolean;
}

export interface ProtocolCodec {
  parse(routed: RoutedRequest): object;
  success(operation: OperationSchema, output: object, context: AnswerContext): WireResponse;
  failure(error: WireError, context: AnswerContext): WireResponse;
}

// AWS's protocols, driven by schemas: no service is named in here.
import type { Protocol } from "../schema/index.ts";
import { awsJson } from "./aws-json.ts";
import { awsQuery } from "./aws-query.ts";
import { ec2Query } from "./ec2-query.ts";
import type { ProtocolCodec } from "./protocol.ts";
import { restJson } from "./rest-json.ts";
import { restXml } from "./rest-xml.ts";

export const protocols: Readonly<Record<Protocol, ProtocolCodec>> = {
  restJson1: restJson,
  awsJson1_0: awsJson,
  awsJson1_1: awsJson,
  awsQuery,
  ec2Query,
  restXml,
};

export type { AuthenticationFailure, Dialect, Refusal } from "./dialect.ts";
export {
  awsJsonDialect,
  awsQueryDialect,
  constraintMessage,
  ec2Dialect,
  refuseBy,
  restJsonDialect,
  restXmlDialect,
} from "./dialect.ts";
export type { Framing, QueryParameters, WireRequest, WireResponse } from "./message.ts";
export { bodyText, decodePath, parseQuery } from "./message.ts";
export type { Problem } from "./problem.ts";
export { RequestProblem } from "./problem.ts";
export type { AnswerContext, ProtocolCodec, RoutedRequest, WireError } from "./protocol.ts";
export type { Match } from "./router.ts";
export { matchRoute } from "./router.ts";

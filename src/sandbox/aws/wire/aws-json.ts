// awsJson 1.0 and 1.1 (SSM, KMS, Logs, CloudTrail): https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import { parseJsonBody, readJson, writeJson } from "./json.ts";
import type { AnswerContext, ProtocolCodec, WireError } from "./protocol.ts";
import { requestIdHeaders } from "./request-id.ts";
import { demandRequired } from "./required.ts";
import { errorMembers } from "./rest-json.ts";

function headersOf(context: AnswerContext): Record<string, string> {
  const version = context.schema.protocol === "awsJson1_0" ? "1.0" : "1.1";
  return { "content-type": `application/x-amz-json-${version}`, ...requestIdHeaders(context) };
}

export const awsJson: ProtocolCodec = {
  parse({ operation, request }) {
    const input = readJson(operation.input, parseJsonBody(request.body)) as object;
    demandRequired(operation.input, input);
    return input;
  },
  success(operation, output, context) {
    const body = operation.output.name === "Unit" ? "" : writeJson(operation.output, output);
    return { status: 200, headers: headersOf(context), body };
  },
  failure(error: WireError, context: AnswerContext) {
    const headers = headersOf(context);
    const modelled = error.schema;
    const type = modelled ? modelled.shape.name : error.code;
    if (context.schema.queryCompatible) {
      headers["x-amzn-query-error"] = `${error.code};${error.fault === "server" ? "Receiver" : "Sender"}`;
    }
    // The status that a schema gives is for REST: awsJson knows 400 and 5xx only.
    const status = error.status >= 500 ? error.status : 400;
    const body = JSON.stringify({ __type: type, ...errorMembers(error) });
    return { status, headers, body };
  },
};

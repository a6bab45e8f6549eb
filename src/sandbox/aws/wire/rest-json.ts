// restJson1 (EKS): https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { readJson, parseJsonBody, writeJson } from "./json.ts";
import type { AnswerContext, ProtocolCodec, WireError } from "./protocol.ts";
import { requestIdHeaders } from "./request-id.ts";
import { demandRequired } from "./required.ts";
import type { BodyCodec } from "./rest.ts";
import { readRest, writeRest } from "./rest.ts";

const json: BodyCodec = {
  contentType: "application/json",
  read: (shape, body) => readJson(shape, parseJsonBody(body)) as object,
  write: writeJson,
};

/** The members of a modelled error and its message, under the name that the shape gives the message. */
export function errorMembers(error: WireError): Record<string, unknown> {
  const { schema } = error;
  const name = schema?.shape.members.find((member) => member.name.toLowerCase() === "message")?.name ?? "message";
  const values = { ...error.members, [name]: error.message };
  return schema ? { [name]: error.message, ...(JSON.parse(writeJson(schema.shape, values)) as object) } : values;
}

export const restJson: ProtocolCodec = {
  parse(routed) {
    const input = readRest(routed.operation, routed, json);
    demandRequired(routed.operation.input, input);
    return input;
  },
  success(operation, output, context) {
    const response = writeRest(operation, output, json);
    Object.assign(response.headers, requestIdHeaders(context));
    return response;
  },
  failure(error: WireError, context: AnswerContext) {
    const headers = {
      "content-type": "application/json",
      "x-amzn-errortype": error.code,
      ...requestIdHeaders(context),
    };
    return { status: error.status, headers, body: JSON.stringify(errorMembers(error)) };
  },
};

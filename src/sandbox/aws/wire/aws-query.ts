// awsQuery (STS, IAM, CloudFormation, Auto Scaling): https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import type { OperationSchema } from "../schema/index.ts";
import { awsQueryForm, readForm } from "./form.ts";
import { writeJson } from "./json.ts";
import type { AnswerContext, ProtocolCodec, WireError } from "./protocol.ts";
import { requestIdHeaders } from "./request-id.ts";
import { demandRequired } from "./required.ts";
import { escapeXml } from "./xml-write.ts";
import { xmlWriterFor } from "./xml-writers.ts";

function xmlHeaders(context: AnswerContext): Record<string, string> {
  return { "content-type": "text/xml", ...requestIdHeaders(context) };
}

/** The JSON form of answers that the services give to `Accept: application/json`. */
function jsonSuccess(operation: OperationSchema, output: object, context: AnswerContext): string {
  const { name } = operation;
  const result = operation.output.name === "Unit" ? "" : `"${name}Result":${writeJson(operation.output, output)},`;
  return `{"${name}Response":{${result}"ResponseMetadata":{"RequestId":"${context.requestId}"}}}`;
}

/** `Sender` or `Receiver`: whose fault it is. */
function errorType(error: WireError): string {
  return error.fault === "server" ? "Receiver" : "Sender";
}

export const awsQuery: ProtocolCodec = {
  parse({ operation, form }) {
    const input = readForm(operation.input, form, awsQueryForm);
    demandRequired(operation.input, input);
    return input;
  },
  success(operation, output, context) {
    if (context.wantsJson) {
      const headers = { "content-type": "application/json", ...requestIdHeaders(context) };
      return { status: 200, headers, body: jsonSuccess(operation, output, context) };
    }
    const { name } = operation;
    const content = xmlWriterFor(context.dialect).content(operation.output, output);
    const result = operation.output.name === "Unit" ? "" : `<${name}Result>${content}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${context.requestId}</RequestId></ResponseMetadata>`;
    const body = `<${name}Response xmlns="${context.schema.xmlNamespace}">${result}${metadata}</${name}Response>`;
    return { status: 200, headers: xmlHeaders(context), body };
  },
  failure(error, context) {
    const { status } = error;
    if (context.wantsJson) {
      const headers = { "content-type": "application/json", ...requestIdHeaders(context) };
      const Error = { Type: errorType(error), Code: error.code, Message: error.message };
      return { status, headers, body: JSON.stringify({ Error, RequestId: context.requestId }) };
    }
    const body =
      `<ErrorResponse xmlns="${context.schema.xmlNamespace}"><Error><Type>${errorType(error)}</Type>` +
      `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>` +
      `<RequestId>${context.requestId}</RequestId></ErrorResponse>`;
    return { status, headers: xmlHeaders(context), body };
  },
};

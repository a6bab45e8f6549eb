// ec2Query (EC2): https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
import { ec2QueryForm, readForm, refuseUnknown } from "./form.ts";
import type { AnswerContext, ProtocolCodec } from "./protocol.ts";
import { requestIdHeaders } from "./request-id.ts";
import { demandRequired } from "./required.ts";
import { escapeXml } from "./xml-write.ts";
import { xmlWriterFor } from "./xml-writers.ts";

function headersOf(context: AnswerContext): Record<string, string> {
  return { "content-type": "text/xml;charset=UTF-8", ...requestIdHeaders(context) };
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const ec2Query: ProtocolCodec = {
  parse({ operation, form }) {
    refuseUnknown(operation.input, form, ec2QueryForm);
    const input = readForm(operation.input, form, ec2QueryForm);
    demandRequired(operation.input, input, ec2QueryForm.nameOf);
    return input;
  },
  success(operation, output, context) {
    const { name } = operation;
    // Operations without an output of their own answer whether it worked.
    const { members } = operation.output;
    const value = members.some((member) => member.name === "Return") ? { Return: true, ...output } : output;
    const content =
      members.length === 0 ? "<return>true</return>" : xmlWriterFor(context.dialect).content(operation.output, value);
    const id = `<requestId>${context.requestId}</requestId>`;
    const body = `${declaration}<${name}Response xmlns="${context.schema.xmlNamespace}">${id}${content}</${name}Response>`;
    return { status: 200, headers: headersOf(context), body };
  },
  failure(error, context) {
    const body =
      `${declaration}<Response><Errors><Error><Code>${escapeXml(error.code)}</Code>` +
      `<Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${context.requestId}</RequestID></Response>`;
    return { status: error.status, headers: headersOf(context), body };
  },
};

// restXml (S3, Route 53): https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
import { awsQuery } from "./aws-query.ts";
import { bodyText } from "./message.ts";
import { syntaxProblem } from "./problem.ts";
import type { AnswerContext, ProtocolCodec } from "./protocol.ts";
import { requestIdHeaders } from "./request-id.ts";
import { demandRequired } from "./required.ts";
import type { BodyCodec } from "./rest.ts";
import { readRest, writeRest } from "./rest.ts";
import { parseXml, readXml } from "./xml-read.ts";
import { escapeXml } from "./xml-write.ts";
import { xmlWriterFor } from "./xml-writers.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function unwrap(element: string, name: string): string {
  return element.slice(name.length + 2, Math.max(0, element.length - name.length - 3));
}

function codecOf(context: Pick<AnswerContext, "schema" | "dialect">): BodyCodec {
  return {
    contentType: "application/xml",
    read: (shape, body) => {
      if (body.byteLength === 0) return {};
      const root = parseXml(bodyText(body));
      const value = readXml(shape, root);
      if (typeof value !== "object" || value === null) throw syntaxProblem(`no ${shape.name}`);
      return value;
    },
    write: (shape, value, name) => {
      const inner = xmlWriterFor(context.dialect).content(shape, value);
      // S3 writes GetBucketLocation's one member as the root itself.
      const content = shape.members.length === 1 && shape.members[0]?.name === name ? unwrap(inner, name) : inner;
      const xmlns = context.schema.xmlNamespace ? ` xmlns="${context.schema.xmlNamespace}"` : "";
      return `${declaration}<${name}${xmlns}>${content}</${name}>`;
    },
  };
}

export const restXml: ProtocolCodec = {
  parse(routed) {
    const input = readRest(routed.operation, routed, codecOf(routed));
    demandRequired(routed.operation.input, input);
    return input;
  },
  success(operation, output, context) {
    const response = writeRest(operation, output, codecOf(context));
    Object.assign(response.headers, requestIdHeaders(context));
    return response;
  },
  failure(error, context) {
    if (!context.dialect.bareErrors) return awsQuery.failure(error, context);
    const headers = { "content-type": "application/xml", ...requestIdHeaders(context) };
    // An answer to HEAD has no body: clients make the code out of the status.
    if (context.method === "HEAD") return { status: error.status, headers, body: "" };
    const members = Object.entries(error.members)
      .filter(([name]) => /^[A-Za-z]\w*$/.test(name))
      .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
    const body =
      `${declaration}<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>` +
      `${members.join("")}<RequestId>${context.requestId}</RequestId><HostId>${context.requestId}</HostId></Error>`;
    return { status: error.status, headers, body };
  },
};

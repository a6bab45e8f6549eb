// Denials in the code and words of each service.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Context, Permission } from "../core/index.ts";
import { AwsError } from "../core/index.ts";
import type { ContextLookup, Evaluation } from "../../../iam/index.ts";
import { denialReason } from "../../../iam/index.ts";

interface DenialForm {
  code: string;
  status: number;
}

/** By service id; the others answer `AccessDenied` 403, as the query and XML protocols do. */
const forms: Readonly<Record<string, DenialForm>> = {
  ec2: { code: "UnauthorizedOperation", status: 403 },
  eks: { code: "AccessDeniedException", status: 403 },
  "eks-auth": { code: "AccessDeniedException", status: 400 },
  ssm: { code: "AccessDeniedException", status: 400 },
  kms: { code: "AccessDeniedException", status: 400 },
  "cloudwatch-logs": { code: "AccessDeniedException", status: 400 },
  cloudtrail: { code: "AccessDeniedException", status: 400 },
};

/** The error that `service` answers with. */
export function denial(
  service: string,
  permission: Permission,
  ctx: Context,
  evaluation: Evaluation,
  context: ContextLookup,
): AwsError {
  const { code, status } = forms[service] ?? { code: "AccessDenied", status: 403 };
  const { action, resource } = permission;
  const readsAll = service === "ec2" && resource === "*";
  const subject = readsAll ? "" : ` on resource: ${resource}`;
  // When it is the role's trust that is missing, STS gives no reason.
  const reason = evaluation.decidedBy === "trust" ? "" : ` ${denialReason(evaluation, action)}`;
  const sentence = `User: ${ctx.principal.arn} is not authorized to perform: ${action}${subject}${reason}`;
  if (service !== "ec2") return new AwsError(code, sentence, { status });
  const encoded = readsAll
    ? ""
    : `. Encoded authorization failure message: ${encodeDenial(permission, ctx, evaluation, context)}`;
  return new AwsError(code, `You are not authorized to perform this operation. ${sentence}${encoded}`, { status });
}

const usualKeys = ["aws:RequestedRegion", "aws:PrincipalArn", "aws:SourceIp", "ec2:Region"];

function encodeDenial(permission: Permission, ctx: Context, evaluation: Evaluation, context: ContextLookup): string {
  const keys = [...usualKeys, ...Object.keys(permission.conditions ?? {})];
  const items = keys.flatMap((key) => {
    const value = context(key.toLowerCase());
    return value === undefined ? [] : [{ key, values: { items: [value].flat().map((each) => ({ value: each })) } }];
  });
  const matched = evaluation.decisive
    ? [
        {
          statementId: evaluation.decisive.statement.sid ?? "",
          effect: evaluation.decisive.effect.toUpperCase(),
          principals: { items: [{ value: ctx.principal.principalId }] },
          sourcePolicy: evaluation.decisive.policy,
        },
      ]
    : [];
  const message = {
    allowed: false,
    explicitDeny: evaluation.decision === "explicitDeny",
    matchedStatements: { items: matched },
    failures: { items: [] },
    context: {
      principal: { id: ctx.principal.principalId, name: ctx.principal.name, arn: ctx.principal.arn },
      action: permission.action,
      resource: permission.resource,
      conditions: { items },
    },
  };
  return deflateRawSync(JSON.stringify(message)).toString("base64url");
}

/** The JSON behind an encoded message; undefined when it is none of ours. */
export function decodeDenial(encoded: string): string | undefined {
  try {
    const text = inflateRawSync(Buffer.from(encoded, "base64url")).toString("utf8");
    JSON.parse(text);
    return text;
  } catch {
    // Whatever is wrong with the message: it wasn't made here.
    return undefined;
  }
}

// The Principal element in its forms: "*", {"AWS": …}, {"Service": …}, {"Federated": …}, {"CanonicalUser": …}.
import type { PrincipalEntry, PrincipalType } from "./document.ts";
import { asObject, asStrings, MalformedPolicy } from "./json.ts";

const types: readonly PrincipalType[] = ["AWS", "Service", "Federated", "CanonicalUser"];

const shapes: Readonly<Record<PrincipalType, RegExp>> = {
  AWS: new RegExp(
    [
      "^(\\*",
      "\\d{12}",
      "A(?:IDA|ROA)[A-Z0-9]{12,}",
      "arn:aws[a-z-]*:iam::\\d{12}:(root|(user|role)/[\\w+=,.@/-]+)",
      "arn:aws[a-z-]*:sts::\\d{12}:(assumed-role/[\\w+=,.@-]+/[\\w+=,.@-]+|federated-user/[\\w+=,.@-]+)",
      "arn:aws[a-z-]*:iam::cloudfront:user/.+)$",
    ].join("|"),
  ),
  Service: /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$/,
  Federated: /^(arn:aws[a-z-]*:iam::\d{12}:(oidc-provider|saml-provider)\/.+|[a-z0-9-]+(\.[a-z0-9-]+)+)$/,
  CanonicalUser: /^[0-9a-f]{64}$/,
};

/** Reads a Principal or NotPrincipal. */
export function parsePrincipals(raw: unknown): PrincipalEntry[] {
  if (raw === "*") return [{ type: "AWS", value: "*" }];
  // {"AWS":"x"} is quoted as AWS quotes it: `Invalid principal in policy: "AWS":"x"`.
  if (typeof raw === "string") throw invalidPrincipal("STAR", raw);
  const entries = Object.entries(asObject(raw, "Syntax errors in policy.")).flatMap(([key, value]) => {
    const type = types.find((known) => known === key);
    if (!type) throw new MalformedPolicy(`Invalid principal in policy: Unknown principal type ${key}`);
    return asStrings(value, "Syntax errors in policy.").map((text): PrincipalEntry => {
      if (!shapes[type].test(text)) throw invalidPrincipal(type, text);
      return { type, value: text };
    });
  });
  if (entries.length === 0) throw new MalformedPolicy("Missing required field Principal cannot be empty!");
  return entries;
}

/** AWS's text for a principal that it doesn't know, also used when the shape is right and nobody is there. */
export function invalidPrincipalText(type: string, value: string): string {
  return `Invalid principal in policy: "${type === "AWS" ? type : type.toUpperCase()}":"${value}"`;
}

function invalidPrincipal(type: string, value: string): MalformedPolicy {
  return new MalformedPolicy(invalidPrincipalText(type, value));
}

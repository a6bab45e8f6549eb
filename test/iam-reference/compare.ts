// Runs one question through src/iam and through the reference.
import type { AccessRequest, Decision, NamedPolicy, PolicyKind, PolicySet, Requester } from "../../src/iam/index.ts";
import { contextOf, evaluate, parsePolicy } from "../../src/iam/index.ts";
import type { Json, ReferencePolicies, ReferenceRequest } from "./reference.ts";

const types: Record<ReferenceRequest["who"]["kind"], Requester["type"]> = {
  root: "Root",
  user: "IAMUser",
  role: "AssumedRole",
  service: "AWSService",
  web: "WebIdentity",
};

function read(document: Json, kind: PolicyKind): NamedPolicy {
  const parsed = parsePolicy(JSON.stringify(document), kind);
  if ("problem" in parsed) throw new Error(`${parsed.problem} ${JSON.stringify(document)}`);
  return { name: kind, document: parsed.document };
}

/** The product's decision for a question in the reference's terms. */
export function productVerdict(request: ReferenceRequest, policies: ReferencePolicies): Decision {
  const { who, action, resource, context } = request;
  const { kind, account, arn, roleArn, id, service, provider } = who;
  const requester: Requester = {
    type: types[kind],
    account,
    arn,
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(id === undefined ? {} : { uniqueId: kind === "role" ? `${id}:session` : id }),
    ...(service === undefined ? {} : { service }),
    ...(provider === undefined ? {} : { provider }),
  };
  const asked: AccessRequest = { requester, action, resource, context: contextOf(context) };
  const trust = policies.mustAllow === true && action.startsWith("sts:");
  const set: PolicySet = {
    ...(policies.identity ? { identity: policies.identity.map((each) => read(each, "identity")) } : {}),
    ...(policies.boundary ? { boundary: read(policies.boundary, "boundary") } : {}),
    ...(policies.session ? { session: policies.session.map((each) => read(each, "session")) } : {}),
    ...(policies.control
      ? { serviceControl: policies.control.map((level) => level.map((each) => read(each, "serviceControl"))) }
      : {}),
    ...(policies.resource ? { resource: read(policies.resource, trust ? "trust" : "resource") } : {}),
    ...(policies.owner === undefined ? {} : { resourceAccount: policies.owner }),
    ...(policies.mustAllow === true ? { resourceMustAllow: true } : {}),
  };
  return evaluate(asked, set).decision;
}

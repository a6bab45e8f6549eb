// Inline policies as resources of their own: AWS::IAM::Policy for several holders, and one type for each kind of holder.
import type { GetRolePolicyResponse } from "@aws-sdk/client-iam";
import type { ResourceHandler, ResourceRequest } from "../handler.ts";
import { resource } from "../handler.ts";
import type { Holder } from "./iam-parts.ts";
import { documentText, documentValue, listChanges } from "./iam-parts.ts";

interface PolicyProperties {
  PolicyName: string;
  PolicyDocument: object;
  Roles?: string[];
  Users?: string[];
  Groups?: string[];
}

const holders: readonly Holder[] = ["Role", "User", "Group"];

function put(request: ResourceRequest<PolicyProperties>, kind: Holder, name: string): void {
  const { PolicyName, PolicyDocument } = request.properties;
  request.call(`Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName, PolicyDocument: documentText(PolicyDocument) });
}

function putEverywhere(request: ResourceRequest<PolicyProperties>): void {
  for (const kind of holders) for (const name of new Set(request.properties[`${kind}s`])) put(request, kind, name);
}

/** The first holder's copy stands for all: CloudFormation's own read does the same. */
function firstCopy(request: ResourceRequest<PolicyProperties>): GetRolePolicyResponse | undefined {
  const { PolicyName } = request.properties;
  for (const kind of holders) {
    for (const name of request.properties[`${kind}s`] ?? []) {
      const found = request.find<GetRolePolicyResponse>(`Get${kind}Policy`, { [`${kind}Name`]: name, PolicyName });
      if (found) return found;
    }
  }
  return undefined;
}

const policy = resource<PolicyProperties>("AWS::IAM::Policy", "iam", {
  seconds: 10,
  create(request) {
    putEverywhere(request);
    // The real physical id is of this form, too: the first letters of stack and resource, and a random end.
    return `${request.stackName.slice(0, 5)}-${request.logicalId.slice(0, 4)}-${request.ctx.ids.alphanumeric(12)}`;
  },
  read(request) {
    const found = firstCopy(request);
    return (
      found && {
        Id: request.physicalId,
        PolicyName: found.PolicyName,
        PolicyDocument: documentValue(found.PolicyDocument),
      }
    );
  },
  update(request, old) {
    const { properties } = request;
    putEverywhere(request);
    for (const kind of holders) {
      const renamed = old.PolicyName !== properties.PolicyName;
      const { remove } = listChanges(old[`${kind}s`], renamed ? [] : properties[`${kind}s`]);
      for (const name of remove) {
        request.find(`Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName: old.PolicyName });
      }
    }
  },
  delete(request) {
    const { PolicyName } = request.properties;
    for (const kind of holders) {
      for (const name of new Set(request.properties[`${kind}s`])) {
        request.find(`Delete${kind}Policy`, { [`${kind}Name`]: name, PolicyName });
      }
    }
  },
});

type HeldProperties = { PolicyName: string; PolicyDocument?: object } & Partial<Record<`${Holder}Name`, string>>;

function heldPolicy(kind: Holder): ResourceHandler {
  const nameOf = (request: ResourceRequest<HeldProperties>): object => ({
    [`${kind}Name`]: request.properties[`${kind}Name`],
    PolicyName: request.properties.PolicyName,
  });
  const write = (request: ResourceRequest<HeldProperties>): void => {
    const PolicyDocument = documentText(request.properties.PolicyDocument ?? {});
    request.call(`Put${kind}Policy`, { ...nameOf(request), PolicyDocument });
  };
  return resource<HeldProperties>(`AWS::IAM::${kind}Policy`, "iam", {
    seconds: 2,
    create(request) {
      write(request);
      return `${request.properties.PolicyName}|${request.properties[`${kind}Name`] ?? ""}`;
    },
    read(request) {
      const found = request.find<GetRolePolicyResponse>(`Get${kind}Policy`, nameOf(request));
      return found && { PolicyName: found.PolicyName, PolicyDocument: documentValue(found.PolicyDocument) };
    },
    update: write,
    delete(request) {
      request.call(`Delete${kind}Policy`, nameOf(request));
    },
  });
}

export const inlinePolicyTypes: readonly ResourceHandler[] = [policy, ...holders.map(heldPolicy)];

// From a pod's token to a role by way of EKS Pod Identity: agent, EKS Auth, association, trust, and the target role.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
import type { ContextValues } from "../../iam/index.ts";
import { isRead, read } from "../explanation.ts";
import type { SessionFacts } from "../iam/circumstances.ts";
import { knowing } from "../iam/circumstances.ts";
import { judge } from "../iam/judge.ts";
import type { PolicyText, RoleFacts } from "../iam/world.ts";
import { accountOf, roleName } from "../iam/world.ts";
import { assumeRole } from "./assume.ts";
import { addInline, addTrust, removeTrust } from "./changes.ts";
import type { CredentialSource } from "./chain.ts";
import { agentAudience } from "./chain.ts";
import { associateProposal } from "./giving.ts";
import { instanceRole } from "./metadata.ts";
import type { OpenedSession } from "./permission.ts";
import { caseOf, plainResource } from "./permission.ts";
import type { Ending, Reasoning } from "./reasoning.ts";
import { ending, pass, remark } from "./reasoning.ts";
import { askTrust } from "./trust.ts";
import { findRole } from "./web-identity.ts";
import type { AssociationFacts, PodQuestion, PodWorld } from "./world.ts";

const service = "pods.eks.amazonaws.com";

const trustFor = (tags: boolean): object => ({
  Effect: "Allow",
  Principal: { Service: service },
  Action: tags ? ["sts:AssumeRole", "sts:TagSession"] : "sts:AssumeRole",
});

/** Tags of the session, which policies ask for as `aws:PrincipalTag/kubernetes-namespace`. */
function sessionTags({ cluster, pod }: PodWorld): Record<string, string> {
  return {
    "eks-cluster-arn": cluster.arn,
    "eks-cluster-name": cluster.name,
    "kubernetes-namespace": pod.metadata.namespace,
    "kubernetes-service-account": pod.spec.serviceAccountName ?? "default",
    "kubernetes-pod-name": pod.metadata.name,
    "kubernetes-pod-uid": pod.metadata.uid ?? "",
  };
}

function sessionOf(world: PodWorld, role: RoleFacts, tags: Readonly<Record<string, string>>): SessionFacts {
  const account = accountOf(role.arn);
  return {
    requester: {
      type: "AssumedRole",
      account,
      arn: `arn:${world.cluster.partition}:sts::${account}:assumed-role/${roleName(role.arn)}/*`,
      roleArn: role.arn,
      ...(role.id === undefined ? {} : { uniqueId: `${role.id}:*` }),
    },
    roleArn: role.arn,
    tags: isRead(role.tags) ? read({ ...role.tags.value, ...tags }) : role.tags,
    ...(role.id === undefined ? {} : { roleId: role.id }),
  };
}

interface Hop {
  world: PodWorld;
  association: AssociationFacts;
  question: PodQuestion;
  reasoning: Reasoning;
}

/** EKS assumes the association's role: by the role's trust alone. */
function ownRole({ world, association, question, reasoning }: Hop): { role: RoleFacts } | { end: Ending } {
  const tagged = association.disableSessionTags !== true;
  const tags = tagged ? sessionTags(world) : {};
  const found = findRole(world, association.roleArn, reasoning, trustFor(tagged));
  if ("end" in found) return found;
  const values: ContextValues = {
    "aws:SourceAccount": world.cluster.account,
    "aws:SourceArn": world.cluster.arn,
    "aws:PrincipalIsAWSService": "true",
    "aws:PrincipalServiceName": service,
    "aws:PrincipalType": "Service",
    ...(tagged ? { "aws:TagKeys": Object.keys(tags), "sts:TransitiveTagKeys": Object.keys(tags) } : {}),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
  const circumstances = knowing([question.context ?? {}, values], (key) =>
    /^(aws:(requesttag\/|tagkeys|principaltag\/|username|federatedprovider)|sts:(externalid|sourceidentity|transitivetagkeys)$)/.test(
      key,
    ),
  );
  for (const action of tagged ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]) {
    const requester = { type: "AWSService" as const, account: world.cluster.account, arn: "", service };
    const { verdict, judgement, ...step } = askTrust({ role: found.role, requester, action, circumstances });
    if (verdict === "allow") {
      if (action === "sts:AssumeRole") pass(reasoning, step);
      continue;
    }
    const denial = judgement.evaluation.decision === "explicitDeny" ? judgement.evaluation.decisive : undefined;
    const proposal = denial ? removeTrust(found.role, denial.statement.index) : addTrust(found.role, trustFor(tagged));
    return { end: ending(reasoning, verdict, step, verdict === "deny" ? proposal : undefined) };
  }
  return found;
}

/** The association's role assumes another one, perhaps of another account. */
function targetRole(hop: Hop, caller: RoleFacts, roleArn: string): { role: RoleFacts } | { end: Ending } {
  const { association, world } = hop;
  const tagged = association.disableSessionTags !== true;
  const { externalId } = association;
  return assumeRole({
    ...hop,
    caller,
    session: sessionOf(world, caller, tagged ? sessionTags(world) : {}),
    roleArn,
    actions: tagged ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"],
    ...(externalId !== undefined && !tagged ? { given: { "sts:ExternalId": externalId } } : {}),
  });
}

/** The agent asks as its node's role, which needs the right to. */
function askAsNode(world: PodWorld, question: PodQuestion, reasoning: Reasoning): Ending | undefined {
  const node = isRead(world.node) ? world.node.value : undefined;
  if (!node) {
    const why = isRead(world.node) ? "the pod has none yet" : world.node.unread;
    reasoning.assumptions.push(`The role of the pod's node may ask EKS Auth (${why})`);
    return undefined;
  }
  if (node.kind === "fargate") {
    const text = `${node.name} is a Fargate node, which has no EKS Pod Identity agent`;
    return ending(reasoning, "deny", { code: "explain/agent-missing", text, at: node.name });
  }
  // Hybrid nodes have no instance; their agent brings credentials of its own.
  if (node.kind === "hybrid") return undefined;
  const found = instanceRole(world, node, question, reasoning);
  if ("end" in found) return found.end;
  const asking = { ...question, action: "eks-auth:AssumeRoleForPodIdentity", resource: world.cluster.arn };
  const { verdict } = judge(caseOf(world, found, asking, plainResource(world.cluster.account)));
  const name = roleName(found.role.arn);
  const at = found.role.arn;
  if (verdict === "allow") {
    pass(reasoning, { code: "explain/agent", text: `The agent may ask EKS Auth as the node's role, ${name}`, at });
    return undefined;
  }
  const text = `The node's role, ${name}, ${verdict === "deny" ? "may not" : "may or may not"} call eks-auth:AssumeRoleForPodIdentity, as its agent has to`;
  const statement = { Effect: "Allow", Action: asking.action, Resource: "*" };
  const proposal = verdict === "deny" ? addInline(found.role, statement) : undefined;
  return ending(reasoning, verdict, { code: "explain/agent-refused", text, at }, proposal);
}

/** What the agent needs: to be there, a token for it, and a node that may ask EKS Auth. */
function reachAgent(
  world: PodWorld,
  question: PodQuestion,
  source: Extract<CredentialSource, { kind: "pod-identity" }>,
  reasoning: Reasoning,
): Ending | undefined {
  if (source.token.audience !== agentAudience) {
    const text = `The token is for ${source.token.audience ?? "the API server"}, and EKS takes tokens for ${agentAudience}`;
    return ending(reasoning, "deny", { code: "explain/agent-audience", text, at: source.token.path });
  }
  if (!isRead(world.agent))
    reasoning.assumptions.push(`The EKS Pod Identity agent runs on the node (${world.agent.unread})`);
  else if (!world.agent.value) {
    const text = "No EKS Pod Identity agent runs on the node: nothing answers at 169.254.170.23";
    const command = `aws eks create-addon --cluster-name ${world.cluster.name} --addon-name eks-pod-identity-agent`;
    return ending(
      reasoning,
      "deny",
      { code: "explain/agent-missing", text },
      {
        change: { text: "Install the EKS Pod Identity agent", command },
        made: (each) => ({ ...each, agent: read(true) }),
      },
    );
  }
  return askAsNode(world, question, reasoning);
}

/** Follows the token to the session of the association's role, or of its target role. */
export function assumeByAssociation(
  world: PodWorld,
  question: PodQuestion,
  source: Extract<CredentialSource, { kind: "pod-identity" }>,
  reasoning: Reasoning,
): OpenedSession | { end: Ending } {
  const stopped = reachAgent(world, question, source, reasoning);
  if (stopped) return { end: stopped };
  const { namespace } = world.pod.metadata;
  const account = `${namespace}/${world.pod.spec.serviceAccountName ?? "default"}`;
  if (!isRead(world.association)) {
    const text = `Whether ${account} has a Pod Identity association isn't known: ${world.association.unread}`;
    return { end: ending(reasoning, "unknown", { code: "explain/association-unread", text }) };
  }
  const association = world.association.value;
  if (!association) {
    const text = `${account} has no Pod Identity association any more: EKS gives the agent no credentials`;
    const proposal = associateProposal(world);
    return { end: ending(reasoning, "deny", { code: "explain/association-missing", text }, proposal) };
  }
  remark(reasoning, {
    code: "explain/association",
    text: `Association ${association.id} gives ${account} the role ${association.roleArn}`,
    at: association.id,
  });
  const hop: Hop = { world, association, question, reasoning };
  const own = ownRole(hop);
  if ("end" in own) return own;
  const target = association.targetRoleArn;
  const last = target === undefined ? own : targetRole(hop, own.role, target);
  if ("end" in last) return last;
  const tags = association.disableSessionTags === true ? {} : sessionTags(world);
  const policy: PolicyText | undefined =
    association.policy === undefined
      ? undefined
      : { name: `session policy of association ${association.id}`, text: read(association.policy) };
  return { role: last.role, session: sessionOf(world, last.role, tags), ...(policy ? { policy } : {}) };
}

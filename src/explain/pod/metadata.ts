// What a pod without variables gets from the metadata address: a proxy's role for it, the node's role, or nothing.
import { isRead, read, valueOf } from "../explanation.ts";
import type { SessionFacts } from "../iam/circumstances.ts";
import { knowing } from "../iam/circumstances.ts";
import type { RoleFacts } from "../iam/world.ts";
import { accountOf, roleName } from "../iam/world.ts";
import { admitted } from "./admission.ts";
import { assumeRole } from "./assume.ts";
import { addTrust, removeTrust } from "./changes.ts";
import { associateProposal, intentionOf } from "./giving.ts";
import type { OpenedSession } from "./permission.ts";
import type { Ending, Proposal, Reasoning } from "./reasoning.ts";
import { ending, pass, remark } from "./reasoning.ts";
import { askTrust } from "./trust.ts";
import type { NodeFacts, PodQuestion, PodWorld, ProxyFacts } from "./world.ts";

const proxyRole = "iam.amazonaws.com/role";

type Found = OpenedSession | { end: Ending };

/** Making the pod anew, where that would give it what was meant for it. */
export function restartProposal(world: PodWorld): Proposal | undefined {
  const pod = admitted(world.pod, world.serviceAccount, world.association);
  if (!pod || JSON.stringify(pod) === JSON.stringify(world.pod)) return undefined;
  const { namespace, name } = world.pod.metadata;
  return {
    change: {
      text: "Make the pod anew: credentials are put into pods when they are admitted",
      command: `kubectl delete pod ${name} -n ${namespace}`,
    },
    made: (each) => ({ ...each, pod }),
  };
}

function nodeSession(world: PodWorld, role: RoleFacts, node: NodeFacts): SessionFacts {
  const account = accountOf(role.arn);
  const name = node.instanceId;
  return {
    requester: {
      type: "AssumedRole",
      account,
      arn: `arn:${world.cluster.partition}:sts::${account}:assumed-role/${roleName(role.arn)}/${name ?? "*"}`,
      roleArn: role.arn,
      ...(role.id === undefined ? {} : { uniqueId: `${role.id}:${name ?? "*"}` }),
    },
    roleArn: role.arn,
    tags: role.tags,
    ...(name === undefined ? {} : { sessionName: name }),
    ...(role.id === undefined ? {} : { roleId: role.id }),
  };
}

/** Whether requests of the pod reach the metadata service of its node. */
function reach(world: PodWorld, node: NodeFacts, reasoning: Reasoning): Ending | undefined {
  const proposal = restartProposal(world) ?? associateProposal(world);
  if (node.kind !== "ec2") {
    const text = `${node.name} is ${node.kind === "fargate" ? "a Fargate" : "a hybrid"} node: there is no metadata service that gives credentials`;
    return ending(reasoning, "deny", { code: "explain/no-credentials", text, at: node.name }, proposal);
  }
  if (!isRead(node.metadata)) {
    const text = `How the metadata service of ${node.name} is set isn't known: ${node.metadata.unread}`;
    return ending(reasoning, "unknown", { code: "explain/metadata-unread", text, at: node.name });
  }
  const { enabled, tokensRequired, hopLimit } = node.metadata.value;
  const at = node.instanceId ?? node.name;
  if (!enabled) {
    const text = `The metadata service of ${node.name} is switched off, so the pod gets no credentials`;
    return ending(reasoning, "deny", { code: "explain/no-credentials", text, at }, proposal);
  }
  const fact = `HttpTokens=${tokensRequired ? "required" : "optional"} HttpPutResponseHopLimit=${hopLimit}`;
  if (world.pod.spec.hostNetwork === true || hopLimit >= 2) return undefined;
  if (!tokensRequired) {
    const text = "With a hop limit of 1 tokens of IMDSv2 don't reach the pod; SDKs wait, then ask without (IMDSv1)";
    remark(reasoning, { code: "explain/hop-limit", text, fact, at });
    return undefined;
  }
  const text = `The hop limit of ${node.name} is 1 and tokens are required: the metadata service doesn't answer pods, only the node`;
  return ending(reasoning, "deny", { code: "explain/hop-limit", text, fact, at }, proposal);
}

/** The role of a node's instance, whose sessions EC2 opens. */
export function instanceRole(world: PodWorld, node: NodeFacts, question: PodQuestion, reasoning: Reasoning): Found {
  if (!isRead(node.roleArn)) {
    const text = `The role of node ${node.name} isn't known: ${node.roleArn.unread}`;
    return { end: ending(reasoning, "unknown", { code: "explain/node-unread", text, at: node.name }) };
  }
  const arn = node.roleArn.value;
  if (arn === undefined) {
    const text = `The instance of ${node.name} has no role, so nobody on it gets credentials`;
    const proposal = restartProposal(world) ?? associateProposal(world);
    return { end: ending(reasoning, "deny", { code: "explain/no-credentials", text, at: node.name }, proposal) };
  }
  const known = world.roles.get(arn);
  const role = known && valueOf(known);
  if (!role) {
    const why = known && !isRead(known) ? known.unread : "it wasn't found";
    return { end: ending(reasoning, "unknown", { code: "explain/role-unread", text: `Role ${arn}: ${why}`, at: arn }) };
  }
  const service = world.cluster.partition === "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com";
  const { verdict, judgement, ...step } = askTrust({
    role,
    requester: { type: "AWSService", account: world.cluster.account, arn: "", service },
    action: "sts:AssumeRole",
    circumstances: knowing([question.context ?? {}], (key) => /^(aws:(requesttag\/|tagkeys)|sts:)/.test(key)),
  });
  if (verdict !== "allow") {
    const denial = judgement.evaluation.decision === "explicitDeny" ? judgement.evaluation.decisive : undefined;
    const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
    const proposal = denial ? removeTrust(role, denial.statement.index) : addTrust(role, statement);
    return { end: ending(reasoning, verdict, step, verdict === "deny" ? proposal : undefined) };
  }
  return { role, session: nodeSession(world, role, node) };
}

/** The node's own role, for lack of anything better. */
function nodeRole(world: PodWorld, node: NodeFacts, question: PodQuestion, reasoning: Reasoning): Found {
  const stopped = reach(world, node, reasoning);
  if (stopped) return { end: stopped };
  const found = instanceRole(world, node, question, reasoning);
  if ("end" in found) return found;
  pass(reasoning, {
    code: "explain/node-role",
    text: `The pod has no role of its own; it gets that of its node, ${roleName(found.role.arn)}, like every pod there`,
    at: found.role.arn,
  });
  return found;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Whether a namespace lets its pods have a role; the whole of the name is compared. */
function namespaceAllows(world: PodWorld, proxy: ProxyFacts, role: string): boolean {
  const annotations = valueOf(world.namespaceAnnotations);
  const text = annotations?.[proxy.namespaceKey] ?? "";
  const complete = (pattern: string): string =>
    pattern.startsWith("arn:") ? pattern : `${proxy.baseArn ?? ""}${pattern}`;
  if (proxy.format === "regexp" && proxy.name === "kiam") return text !== "" && matches(`^(?:${text})$`, role);
  let patterns: unknown;
  try {
    patterns = JSON.parse(text);
  } catch {
    // Empty, or no list: the proxy lets nothing through then.
    return false;
  }
  if (!Array.isArray(patterns)) return false;
  return patterns
    .filter((pattern): pattern is string => typeof pattern === "string")
    .some((pattern) =>
      proxy.format === "glob"
        ? matches(`^${complete(pattern).split("*").map(escaped).join(".*")}$`, role)
        : // kube2iam doesn't anchor expressions; lotse's own proxy does.
          matches(proxy.name === "kube2iam" ? pattern : `^(?:${pattern})$`, role),
    );
}

function matches(expression: string, text: string): boolean {
  try {
    return new RegExp(expression).test(text);
  } catch {
    // An expression that doesn't compile fits nothing.
    return false;
  }
}

function proxiedRole(world: PodWorld, proxy: ProxyFacts): string | undefined {
  const named = world.pod.metadata.annotations?.[proxyRole] || proxy.defaultRole;
  if (named === undefined || named === "") return undefined;
  const base = proxy.baseArn ?? `arn:${world.cluster.partition}:iam::${world.cluster.account}:role/`;
  return /^arn:/i.test(named) ? named : `${base}${named.replace(/^\//, "")}`;
}

function byProxy(
  world: PodWorld,
  question: PodQuestion,
  proxy: ProxyFacts,
  node: NodeFacts | undefined,
  reasoning: Reasoning,
): Found {
  const arn = proxiedRole(world, proxy);
  const { namespace, name } = world.pod.metadata;
  if (arn === undefined) {
    const text = `${proxy.name} answers in the metadata service's place, and ${namespace}/${name} has no annotation ${proxyRole}`;
    const proposal: Proposal = {
      change: {
        text: "Annotate the pod (in its Deployment's template) with a role that trusts the node's role",
        command: `kubectl annotate pod ${name} -n ${namespace} ${proxyRole}=ROLE`,
      },
    };
    return { end: ending(reasoning, "deny", { code: "explain/proxy-role-missing", text }, proposal) };
  }
  remark(reasoning, {
    code: "explain/proxy",
    text: `${proxy.name} gives the pod ${arn}`,
    fact: `${proxyRole}`,
    at: proxy.name,
  });
  const isDefault = world.pod.metadata.annotations?.[proxyRole] === undefined;
  if (proxy.restricted && !isDefault) {
    if (!isRead(world.namespaceAnnotations)) {
      const text = `Whether namespace ${namespace} allows the role isn't known: ${world.namespaceAnnotations.unread}`;
      return { end: ending(reasoning, "unknown", { code: "explain/proxy-namespace", text }) };
    }
    const asked = proxy.name === "kiam" ? (world.pod.metadata.annotations?.[proxyRole] ?? "") : arn;
    if (!namespaceAllows(world, proxy, asked)) {
      const text = `Namespace ${namespace} doesn't allow ${arn}: annotation ${proxy.namespaceKey}`;
      const value = proxy.name === "kiam" ? asked : JSON.stringify([arn]);
      const proposal: Proposal = {
        change: {
          text: "Allow the role in the namespace",
          command: `kubectl annotate namespace ${namespace} --overwrite ${proxy.namespaceKey}='${value}'`,
        },
        made: (each) => ({
          ...each,
          namespaceAnnotations: read({ ...valueOf(each.namespaceAnnotations), [proxy.namespaceKey]: value }),
        }),
      };
      return { end: ending(reasoning, "deny", { code: "explain/proxy-namespace", text }, proposal) };
    }
  }
  const nodeArn = node && valueOf(node.roleArn);
  const own = nodeArn === undefined ? undefined : valueOf(world.roles.get(nodeArn) ?? { unread: "" });
  if (!node || !own) {
    const text = `Whether the node's role may assume ${arn} isn't known: the node or its role couldn't be read`;
    return { end: ending(reasoning, "unknown", { code: "explain/node-unread", text }) };
  }
  const session = nodeSession(world, own, node);
  const actions = ["sts:AssumeRole"];
  const found = assumeRole({ world, question, reasoning, caller: own, session, roleArn: arn, actions });
  if ("end" in found) return found;
  const account = accountOf(arn);
  return {
    role: found.role,
    session: {
      requester: {
        type: "AssumedRole",
        account,
        arn: `arn:${world.cluster.partition}:sts::${account}:assumed-role/${roleName(arn)}/*`,
        roleArn: arn,
        ...(found.role.id === undefined ? {} : { uniqueId: `${found.role.id}:*` }),
      },
      roleArn: arn,
      tags: found.role.tags,
    },
  };
}

/** Says what was meant for the pod and hasn't reached it. */
function tellIntention(world: PodWorld, reasoning: Reasoning): void {
  const intention = intentionOf(world);
  if (intention) {
    remark(reasoning, {
      code: "explain/not-injected",
      text: `${intention.text}, and nothing of it is in the pod: it was made before, or the webhook left it alone`,
      at: intention.roleArn,
    });
  }
  const misplaced = world.pod.metadata.annotations?.["eks.amazonaws.com/role-arn"];
  if (misplaced !== undefined) {
    remark(reasoning, {
      code: "explain/annotation-misplaced",
      text: "eks.amazonaws.com/role-arn stands on the pod, where nobody reads it; it belongs on the service account",
      fact: misplaced,
    });
  }
}

/** Follows a pod that asks the metadata address. */
export function byMetadata(world: PodWorld, question: PodQuestion, reasoning: Reasoning): Found {
  tellIntention(world, reasoning);
  const node = valueOf(world.node);
  const { pod } = world;
  if (!isRead(world.proxy))
    reasoning.assumptions.push(`No proxy stands before the metadata service (${world.proxy.unread})`);
  else if (world.proxy.value && pod.spec.hostNetwork !== true) {
    return byProxy(world, question, world.proxy.value, node, reasoning);
  }
  if (!isRead(world.node)) {
    const text = `The node of the pod can't be read: ${world.node.unread}`;
    return { end: ending(reasoning, "unknown", { code: "explain/node-unread", text }, restartProposal(world)) };
  }
  if (!node) {
    const text = "The pod has no node yet, so nothing can be said of the metadata service there";
    return { end: ending(reasoning, "unknown", { code: "explain/node-unread", text }, restartProposal(world)) };
  }
  return nodeRole(world, node, question, reasoning);
}

import { describe, it } from "vitest";
import { read, unread } from "../explanation.ts";
import type { RoleFacts } from "../iam/world.ts";
import { admitted } from "./admission.ts";
import { explainPod } from "./explain-pod.ts";
import { account, bare, cartTrust, issuer, node, podWorld, policy, question, role } from "./testing.ts";
import type { EnvEntry, PodWorld } from "./world.ts";

const answer = (change: Partial<PodWorld> = {}, more: Partial<typeof question> = {}) =>
  explainPod(podWorld(change), { ...question, ...more });
const outcome = (change: Partial<PodWorld> = {}): string => {
  const { verdict, decisive } = answer(change);
  return `${verdict} ${decisive?.code}`;
};
const pod = podWorld().pod;

/** The pod with further variables, before those that the webhook put in. */
const withEnv = (...entries: EnvEntry[]): Partial<PodWorld> => {
  const [container] = pod.spec.containers;
  if (!container) return {};
  const containers = [{ ...container, env: [...entries, ...(container.env ?? [])] }];
  return { pod: { ...pod, spec: { ...pod.spec, containers } } };
};

describe("credentials", () => {
  it("are looked for in the SDKs' order: keys, web identity, the agent, the metadata service", ({ expect }) => {
    expect(outcome()).toBe("allow explain/allowed");
    const keys = withEnv({ name: "AWS_ACCESS_KEY_ID", value: "AKIA" }, { name: "AWS_SECRET_ACCESS_KEY", value: "x" });
    expect(outcome(keys)).toBe("unknown explain/env-keys");
    expect(outcome(withEnv({ name: "AWS_ACCESS_KEY_ID", value: "AKIA" }))).toBe("unknown explain/env-keys-half");
    expect(outcome(withEnv({ name: "AWS_PROFILE", value: "prod" }))).toBe("unknown explain/profile");
    // Both: web identity comes first.
    const both = withEnv({ name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://169.254.170.23/v1/credentials" });
    expect(answer(both).roleArn).toBe(`arn:aws:iam::${account}:role/cart`);
    expect(answer({ pod: bare }).roleArn).toBe(`arn:aws:iam::${account}:role/nodes`);
  });

  it("of a variable that can't be read are unknown; an empty one isn't there", ({ expect }) => {
    const secret = { name: "AWS_ROLE_ARN", valueFrom: { secretKeyRef: { name: "aws", key: "role" } } };
    const mine: Partial<PodWorld> = {
      pod: { ...bare, spec: { ...bare.spec, containers: [{ name: "app", env: [secret] }] } },
    };
    expect(outcome(mine)).toBe("unknown explain/env-closed");
    const keys = new Map([["aws", read(["other"])]]);
    expect(outcome({ ...mine, sources: { configMaps: new Map(), secretKeys: keys } })).toBe("allow explain/allowed");
    expect(outcome(withEnv({ name: "AWS_PROFILE", value: "" }))).toBe("allow explain/allowed");
  });

  it("need the token that the variable names", ({ expect }) => {
    const unmounted = { ...pod, spec: { ...pod.spec, volumes: [] } };
    expect(outcome({ pod: unmounted })).toBe("unknown explain/token-file");
    const containers = pod.spec.containers.map(({ volumeMounts: _mounts, ...rest }) => rest);
    expect(outcome({ pod: { ...pod, spec: { ...pod.spec, containers } } })).toBe("deny explain/token-file");
  });

  it("that were meant and never came: making the pod anew brings them", ({ expect }) => {
    const nodes = role("nodes", {}, { policies: read([]) });
    const found = answer({ pod: bare, roles: new Map([...podWorld().roles, [nodes.arn, read(nodes)]]) });
    expect(found.steps.map(({ code }) => code)).toContain("explain/not-injected");
    const fargate = answer({ pod: bare, node: read({ ...node, kind: "fargate" }) });
    expect(fargate).toMatchObject({
      verdict: "deny",
      remedy: { proven: true, changes: [{ command: "kubectl delete pod cart-1 -n shop" }] },
    });
  });
});

describe("the node's metadata service", () => {
  const at = (tokensRequired: boolean, hopLimit: number, hostNetwork = false): string =>
    outcome({
      pod: { ...bare, spec: { ...bare.spec, hostNetwork } },
      node: read({ ...node, metadata: read({ enabled: true, tokensRequired, hopLimit }) }),
    });

  it("answers pods across two hops, without tokens, or on the host's network", ({ expect }) => {
    expect(at(true, 2)).toBe("allow explain/allowed");
    expect(at(true, 1)).toBe("deny explain/hop-limit");
    expect(at(false, 1)).toBe("allow explain/allowed");
    expect(at(true, 1, true)).toBe("allow explain/allowed");
  });

  it("that can't be looked at, or is kept from the pod, is no allow", ({ expect }) => {
    expect(outcome({ pod: bare, node: unread("no") })).toBe("unknown explain/node-unread");
    expect(outcome({ pod: bare, node: read({ ...node, roleArn: unread("no") }) })).toBe("unknown explain/node-unread");
    const off = withEnv({ name: "AWS_EC2_METADATA_DISABLED", value: "true" });
    const plain = {
      ...bare,
      spec: {
        ...bare.spec,
        containers: [{ name: "app", env: [{ name: "AWS_EC2_METADATA_DISABLED", value: "true" }] }],
      },
    };
    expect(outcome(off)).toBe("allow explain/allowed");
    expect(outcome({ pod: plain })).toBe("deny explain/metadata-disabled");
  });

  it("behind kube2iam gives the annotated role, where the namespace lets it", ({ expect }) => {
    const proxied = { ...bare, metadata: { ...bare.metadata, annotations: { "iam.amazonaws.com/role": "web" } } };
    const trust = { Principal: { AWS: `arn:aws:iam::${account}:role/nodes` }, Action: "sts:AssumeRole" };
    const may = policy({ Action: "sts:AssumeRole", Resource: `arn:aws:iam::${account}:role/*` });
    const nodes = role("nodes", {}, { policies: read([{ name: "assume", inline: "assume", text: read(may) }]) });
    const web = role("web", trust);
    const world = (restricted: boolean, allowed: string): Partial<PodWorld> => ({
      pod: proxied,
      proxy: read({ name: "kube2iam", restricted, format: "glob", namespaceKey: "iam.amazonaws.com/allowed-roles" }),
      namespaceAnnotations: read({ "iam.amazonaws.com/allowed-roles": allowed }),
      roles: new Map([nodes, web].map((each) => [each.arn, read(each)])),
    });
    expect(outcome(world(false, ""))).toBe("allow explain/allowed");
    expect(outcome(world(true, ""))).toBe("deny explain/proxy-namespace");
    expect(outcome(world(true, `["arn:aws:iam::${account}:role/w*"]`))).toBe("allow explain/allowed");
    expect(answer(world(true, "")).remedy?.proven).toBe(true);
    expect(outcome({ ...world(false, ""), pod: bare })).toBe("deny explain/proxy-role-missing");
  });
});

describe("the Pod Identity agent", () => {
  const bound = role("bound", {
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
  });
  const association = read({ id: "a-1", roleArn: bound.arn });
  const asking = (change: Partial<RoleFacts>, more: Partial<PodWorld> = {}): Partial<PodWorld> => {
    const trust = { Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
    const nodes = role("nodes", trust, change);
    return {
      pod: admitted(bare, read(undefined), association) ?? bare,
      association,
      roles: new Map([bound, nodes].map((each) => [each.arn, read(each)])),
      ...more,
    };
  };
  const may = policy({ Action: "eks-auth:AssumeRoleForPodIdentity", Resource: "*" });
  const worker = { policies: read([{ name: "worker", inline: "worker", text: read(may) }]) };

  it("asks EKS as the role of its node", ({ expect }) => {
    expect(outcome(asking(worker))).toBe("allow explain/allowed");
    const refused = answer(asking({ policies: read([]) }));
    expect(refused).toMatchObject({
      verdict: "deny",
      decisive: { code: "explain/agent-refused" },
      remedy: { proven: true },
    });
    expect(outcome(asking({ ...worker, trust: bound.trust }))).toBe("deny explain/trust-principal");
    expect(outcome(asking({ policies: unread("denied") }))).toBe("unknown explain/agent-refused");
  });

  it("isn't on Fargate, and may be missing elsewhere", ({ expect }) => {
    expect(outcome(asking(worker, { node: read({ ...node, kind: "fargate" }) }))).toBe("deny explain/agent-missing");
    expect(outcome(asking(worker, { agent: read(false) }))).toBe("deny explain/agent-missing");
    expect(answer(asking(worker, { agent: unread("not found") })).assumptions.join()).toContain(
      "agent runs on the node",
    );
  });

  it("gives nothing once the association is gone", ({ expect }) => {
    expect(outcome({ ...asking(worker), association: read(undefined) })).toBe("deny explain/association-missing");
    expect(outcome({ ...asking(worker), association: unread("denied") })).toBe("unknown explain/association-unread");
  });
});

describe("trust", () => {
  const trusting = (trust: object): Partial<PodWorld> => {
    const cart = role("cart", trust);
    return { roles: new Map([[cart.arn, read(cart)]]) };
  };
  const condition = (operator: string, claim: string, value: string): object => ({
    ...cartTrust,
    Condition: { [operator]: { [`${issuer}:${claim}`]: value } },
  });

  it("names the claim that doesn't fit, and why a wildcard doesn't help", ({ expect }) => {
    expect(outcome(trusting(condition("StringEquals", "sub", "system:serviceaccount:shop:till")))).toBe(
      "deny explain/trust-subject",
    );
    expect(outcome(trusting(condition("StringEquals", "aud", "other")))).toBe("deny explain/trust-audience");
    expect(answer(trusting(condition("StringEquals", "sub", "system:serviceaccount:shop:*"))).summary).toContain(
      "StringEquals takes * and ? literally",
    );
    const other = { ...cartTrust, Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/example.com` } };
    expect(outcome(trusting(other))).toBe("deny explain/trust-provider");
    expect(outcome(trusting({ ...cartTrust, Action: "sts:AssumeRole" }))).toBe("deny explain/trust-action");
  });

  it("isn't asked where IAM doesn't take the token", ({ expect }) => {
    expect(outcome({ providers: read([]) })).toBe("deny explain/provider-missing");
    expect(outcome({ providers: unread("denied") })).toBe("unknown explain/provider-unread");
    const other = { arn: `arn:aws:iam::${account}:oidc-provider/${issuer}`, url: issuer, audiences: ["other"] };
    expect(outcome({ providers: read([other]) })).toBe("deny explain/provider-audience");
    expect(outcome({ roles: new Map([[`arn:aws:iam::${account}:role/cart`, read(undefined)]]) })).toBe(
      "deny explain/role-missing",
    );
    expect(outcome({ roles: new Map() })).toBe("unknown explain/role-unread");
    const misspelt = read({ annotations: { "eks.amazonaws.com/role-arn": "cart" } });
    expect(outcome({ pod: admitted(bare, misspelt, read(undefined)) ?? bare })).toBe("deny explain/role-missing");
  });
});

describe("what isn't known", () => {
  const withPolicies = (change: Partial<ReturnType<typeof role>>): Partial<PodWorld> => {
    const cart = role("cart", cartTrust, change);
    return { roles: new Map([[cart.arn, read(cart)]]) };
  };
  const text = (statement: object) => read([{ name: "p", inline: "p", text: read(policy(statement)) }]);
  const allow = { Action: "ssm:*", Resource: "*" };
  const fromHere = { ...allow, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } };

  it("is never an allow: unread policies, boundaries, resource policies", ({ expect }) => {
    expect(outcome(withPolicies({ policies: unread("denied") }))).toBe("unknown explain/undecided");
    expect(outcome(withPolicies({ boundary: { name: "b", text: unread("denied") } }))).toBe(
      "unknown explain/undecided",
    );
    expect(outcome({ target: { account: read(account), policy: unread("denied"), mustAllow: false } })).toBe(
      "unknown explain/undecided",
    );
  });

  it("of the rest that a policy gives stays: what is proposed concerns the question alone", ({ expect }) => {
    const { action: Action, resource: Resource } = question;
    const proposed = (statement: object, more: object = {}) => {
      const asked = { ...question, ...more };
      return explainPod(podWorld(withPolicies({ policies: text(statement) })), asked).remedy;
    };
    const wide = proposed(allow);
    expect(wide).toMatchObject({
      turns: "deny",
      proven: true,
      changes: [
        { document: { Effect: "Deny", Action, Resource }, command: expect.stringContaining("put-role-policy") },
      ],
    });
    const two = proposed({ Action: [Action, "ssm:PutParameter"], Resource });
    expect(two?.changes[0]?.document).toMatchObject({ Effect: "Deny" });
    const just = proposed({ Action, Resource });
    expect(just).toMatchObject({ proven: true, changes: [{ command: expect.stringContaining("delete-role-policy") }] });
  });

  it("doesn't matter where the answer is the same either way", ({ expect }) => {
    const never = withPolicies({
      policies: unread("denied"),
      boundary: { name: "b", text: read(policy({ Action: "s3:*", Resource: "*" })) },
    });
    expect(outcome(never)).toBe("deny explain/no-boundary-allow");
  });

  it("is asked for by name, and can be given", ({ expect }) => {
    const open = explainPod(podWorld(withPolicies({ policies: text(fromHere) })), question);
    expect(open.verdict).toBe("unknown");
    expect(open.summary).toContain("aws:SourceIp");
    const given = (ip: string) =>
      explainPod(podWorld(withPolicies({ policies: text(fromHere) })), {
        ...question,
        context: { "aws:SourceIp": ip },
      });
    expect([given("10.1.2.3").verdict, given("192.0.2.1").verdict]).toEqual(["allow", "deny"]);
  });

  it("is the name that an SDK gives its session: a policy for one session decides nothing", ({ expect }) => {
    const session = `arn:aws:sts::${account}:assumed-role/cart/one`;
    const resource = (effect: string) => ({
      account: read(account),
      policy: read({
        name: "of the parameter",
        text: read(policy({ Effect: effect, Principal: { AWS: session }, Action: "ssm:*", Resource: "*" })),
      }),
      mustAllow: false,
    });
    expect(outcome({ target: resource("Deny") })).toBe("unknown explain/undecided");
    const nothing = withPolicies({ policies: read([]) });
    expect(outcome({ ...nothing, target: resource("Allow") })).toBe("unknown explain/undecided");
    expect(
      outcome({ ...nothing, ...withEnv({ name: "AWS_ROLE_SESSION_NAME", value: "one" }), target: resource("Allow") }),
    ).toBe("allow explain/allowed");
  });
});

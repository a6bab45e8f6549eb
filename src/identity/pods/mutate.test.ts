// The mutation, compared as pods: what the webhook's users rely on, case by case.
import { describe, it } from "vitest";
import type { PodIdentity } from "./decide.ts";
import { mutatePod } from "./mutate.ts";
import type { PodObject } from "./mutate.ts";
import type { WebhookSettings } from "./settings.ts";
import { webhookDefaults } from "./settings.ts";
import { applyAdditions } from "./testing.ts";

const role = "arn:aws:iam::111122223333:role/s3-reader";
const irsa: PodIdentity = {
  mode: "web-identity",
  roleArn: role,
  audience: "sts.amazonaws.com",
  regionalSts: false,
  tokenExpiration: 86_400,
};
const agent: PodIdentity = { mode: "container-credentials", regionalSts: false, tokenExpiration: 86_400 };
const onEks: WebhookSettings = { ...webhookDefaults, region: "eu-central-1", regionalSts: true };
const tokenFolder = "/var/run/secrets/eks.amazonaws.com/serviceaccount";

const mutated = (
  pod: PodObject,
  identity: PodIdentity = irsa,
  settings: WebhookSettings = webhookDefaults,
  chance = 0,
): PodObject => applyAdditions(pod, mutatePod(pod, identity, settings, chance));

const simple: PodObject = { metadata: { name: "p" }, spec: { containers: [{ name: "app" }] } };
const webVariables = [
  { name: "AWS_ROLE_ARN", value: role },
  { name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: `${tokenFolder}/token` },
];
const webMount = { name: "aws-iam-token", readOnly: true, mountPath: tokenFolder };
const webVolume = (seconds = 86_400, audience = "sts.amazonaws.com"): object => ({
  name: "aws-iam-token",
  projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: seconds, path: "token" } }] },
});

describe("a pod whose service account has a role", () => {
  it("gets two variables, a mount and a projected token", ({ expect }) => {
    expect(mutated(simple)).toEqual({
      metadata: { name: "p" },
      spec: {
        containers: [{ name: "app", env: webVariables, volumeMounts: [webMount] }],
        volumes: [webVolume()],
      },
    });
  });

  it("gets region and regional endpoint before them, where the webhook knows the region", ({ expect }) => {
    const [container] = mutated(simple, { ...irsa, regionalSts: true }, onEks).spec.containers;
    expect(container?.env).toEqual([
      { name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" },
      { name: "AWS_DEFAULT_REGION", value: "eu-central-1" },
      { name: "AWS_REGION", value: "eu-central-1" },
      ...webVariables,
    ]);
  });

  it("keeps its own volumes behind the token's, and its own variables before ours", ({ expect }) => {
    const own = { name: "MINE", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
    const { spec } = mutated({
      spec: {
        containers: [{ name: "app", env: [own], volumeMounts: [{ name: "data", mountPath: "/data" } as object] }],
        volumes: [{ name: "data" }],
      },
    });
    expect(spec.volumes?.map(({ name }) => name)).toEqual(["aws-iam-token", "data"]);
    expect(spec.containers[0]).toEqual({
      name: "app",
      env: [own, ...webVariables],
      volumeMounts: [{ name: "data", mountPath: "/data" }, webMount],
    });
  });

  it("covers init containers, native sidecars with fields of tomorrow included, and no ephemeral ones", ({
    expect,
  }) => {
    const sidecar = { name: "side", restartPolicy: "Always", fieldOfTomorrow: { deep: [1, { x: null }] } };
    const pod = {
      spec: {
        containers: [{ name: "app" }],
        initContainers: [{ name: "first" }, sidecar],
        ephemeralContainers: [{ name: "debug" }],
        anotherField: 7,
      },
    };
    expect(mutated(pod).spec).toEqual({
      ...pod.spec,
      volumes: [webVolume()],
      containers: [{ name: "app", env: webVariables, volumeMounts: [webMount] }],
      initContainers: [
        { name: "first", env: webVariables, volumeMounts: [webMount] },
        { ...sidecar, env: webVariables, volumeMounts: [webMount] },
      ],
    });
  });

  it("writes nothing but additions, each as small as can be", ({ expect }) => {
    const pod: PodObject = { spec: { containers: [{ name: "a", env: [{ name: "X" }] }], volumes: [{ name: "v" }] } };
    expect(mutatePod(pod, irsa, webhookDefaults, 0).map(({ op, path }) => `${op} ${path}`)).toEqual([
      "add /spec/volumes/0",
      "add /spec/containers/0/env/-",
      "add /spec/containers/0/env/-",
      "add /spec/containers/0/volumeMounts",
    ]);
  });

  it.for([
    ["leaves named containers alone", "side,first", ["app"]],
    ["takes quoted names", '"side","first"', ["app"]],
    ["counts spaces as part of a name", "side, first", ["app", "first"]],
    ["skips none when the list can't be read", 'si"de', ["app", "side", "first"]],
    ["skips none when the list is empty", "", ["app", "side", "first"]],
    ["reads one record only", "side\nfirst", ["app", "first"]],
  ] as const)("%s", ([, list, changed], { expect }) => {
    const { spec } = mutated({
      metadata: { annotations: { "eks.amazonaws.com/skip-containers": list } },
      spec: { containers: [{ name: "app" }, { name: "side" }], initContainers: [{ name: "first" }] },
    });
    const all = [...spec.containers, ...(spec.initContainers ?? [])];
    expect(all.filter(({ env }) => env).map(({ name }) => name)).toEqual(changed);
  });

  it.for([
    ["600 at least", "10", 600],
    ["600 at least, for negative ones too", "-5", 600],
    ["what it says", "7200", 7200],
    ["more than a day, which the API server caps", "172800", 172_800],
    ["no more than the API server takes", "99999999999", 2 ** 32],
    ["the webhook's where it is no number", "1h", 86_400],
    ["the webhook's where it doesn't fit into 64 bits", "9223372036854775808", 86_400],
  ] as const)("token expiration of a pod's own: %s", ([, text, seconds], { expect }) => {
    const annotations = { "eks.amazonaws.com/token-expiration": text };
    expect(mutated({ metadata: { annotations }, spec: { containers: [] } }).spec.volumes).toEqual([webVolume(seconds)]);
  });

  it("writes Windows paths into variables, and leaves the mount's as it is", ({ expect }) => {
    for (const extra of [
      { nodeSelector: { "kubernetes.io/os": "windows" } },
      { nodeSelector: { "beta.kubernetes.io/os": "windows" } },
      { os: { name: "windows" } },
    ]) {
      const [container] = mutated({ spec: { containers: [{ name: "app" }], ...extra } }).spec.containers;
      expect(container?.env).toContainEqual({
        name: "AWS_WEB_IDENTITY_TOKEN_FILE",
        value: "C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token",
      });
      expect(container?.volumeMounts).toEqual([webMount]);
    }
  });
});

describe("what a container has already", () => {
  const withEnv = (...names: string[]): PodObject => ({
    spec: { containers: [{ name: "app", env: names.map((name) => ({ name, value: "own" })) }] },
  });
  const added = (pod: PodObject, settings: WebhookSettings = { ...onEks, regionalSts: true }): unknown[] => {
    const before = pod.spec.containers[0]?.env?.length ?? 0;
    const [container] = mutated(pod, { ...irsa, regionalSts: true }, settings).spec.containers;
    return (container?.env ?? []).slice(before).map(({ name }) => name);
  };

  it("isn't overridden; one of the pair keeps the other out, and the mount comes all the same", ({ expect }) => {
    const pod = withEnv("AWS_ROLE_ARN");
    expect(added(pod)).toEqual(["AWS_STS_REGIONAL_ENDPOINTS", "AWS_DEFAULT_REGION", "AWS_REGION"]);
    expect(mutated(pod).spec.containers[0]?.volumeMounts).toEqual([webMount]);
    expect(added(withEnv("AWS_REGION"))).toEqual([
      "AWS_STS_REGIONAL_ENDPOINTS",
      "AWS_ROLE_ARN",
      "AWS_WEB_IDENTITY_TOKEN_FILE",
    ]);
  });

  it("of all three kinds keeps the webhook off, mount included", ({ expect }) => {
    const pod = withEnv("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_DEFAULT_REGION", "AWS_STS_REGIONAL_ENDPOINTS");
    expect(mutated(pod, irsa, onEks).spec.containers).toEqual(pod.spec.containers);
  });

  it("stays: a volume and a mount of the token's name", ({ expect }) => {
    const pod = {
      spec: {
        containers: [{ name: "app", volumeMounts: [{ name: "aws-iam-token", mountPath: "/mine" }] }],
        volumes: [{ name: "aws-iam-token", emptyDir: {} }],
      },
    };
    expect(mutated(pod).spec).toMatchObject({
      volumes: pod.spec.volumes,
      containers: [{ volumeMounts: [{ name: "aws-iam-token", mountPath: "/mine" }] }],
    });
  });

  it("may be null, as some clients write it", ({ expect }) => {
    const pod: PodObject = {
      metadata: { labels: null, annotations: null },
      spec: { volumes: null, initContainers: null, containers: [{ name: "app", env: null, volumeMounts: null }] },
    };
    expect(mutated(pod, agent)).toMatchObject({
      metadata: { labels: { "eks.amazonaws.com/pod-identity": "enabled" } },
      spec: { volumes: [{}], containers: [{ env: [{}, {}], volumeMounts: [{}] }] },
    });
  });
});

describe("a pod that asks the agent", () => {
  const folder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";

  it("gets address and token file, a token for the agent, and a label", ({ expect }) => {
    expect(mutated(simple, agent)).toEqual({
      metadata: { name: "p", labels: { "eks.amazonaws.com/pod-identity": "enabled" } },
      spec: {
        containers: [
          {
            name: "app",
            env: [
              { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://169.254.170.23/v1/credentials" },
              { name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", value: `${folder}/eks-pod-identity-token` },
            ],
            volumeMounts: [{ name: "eks-pod-identity-token", readOnly: true, mountPath: folder }],
          },
        ],
        volumes: [
          {
            name: "eks-pod-identity-token",
            projected: {
              sources: [
                {
                  serviceAccountToken: {
                    audience: "pods.eks.amazonaws.com",
                    expirationSeconds: 86_400,
                    path: "eks-pod-identity-token",
                  },
                },
              ],
            },
          },
        ],
      },
    });
  });

  const seconds = (pod: PodObject, chance: number): unknown =>
    JSON.parse(/"expirationSeconds":(\d+)/.exec(JSON.stringify(mutated(pod, agent, onEks, chance)))?.[1] ?? "0");

  it("gets the end of a whole day spread over two hours, and any other as it is", ({ expect }) => {
    expect([0, 0.5, 0.999_999_9].map((chance) => seconds(simple, chance))).toEqual([86_400, 82_800, 79_200]);
    const annotations = { "eks.amazonaws.com/token-expiration": "3600" };
    expect(seconds({ ...simple, metadata: { annotations } }, 0.7)).toBe(3600);
  });

  it("keeps the labels it has", ({ expect }) => {
    expect(mutated({ ...simple, metadata: { labels: { app: "x" } } }, agent).metadata?.labels).toEqual({
      app: "x",
      "eks.amazonaws.com/pod-identity": "enabled",
    });
  });
});

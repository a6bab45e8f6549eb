// What a container's variables become, and what of the caller's environment goes with them.
import { describe, it } from "vitest";
import type { Contents } from "./environment.ts";
import { commandEnvironment, containerVariables } from "./environment.ts";
import type { Container, ExecPod } from "./pod.ts";

const contents: Contents = {
  configMap: (name) => (name === "settings" ? { level: "info", mode: "fast" } : undefined),
  secret: (name) => (name === "keys" ? { password: "geheim" } : undefined),
};
const podWith = (container: Partial<Container>): [ExecPod, Container] => {
  const app = { name: "app", ...container };
  const pod: ExecPod = {
    metadata: { name: "p", namespace: "shop", uid: "u-1", labels: { "a/b": "c" } },
    spec: { nodeName: "n", serviceAccountName: "sa", containers: [app] },
    status: { podIP: "10.0.0.9", hostIP: "10.0.0.1" },
  };
  return [pod, app];
};
const variables = (container: Partial<Container>): Record<string, string> =>
  Object.fromEntries(containerVariables(...podWith(container), contents));

describe("a container's variables", () => {
  it("come from texts, in which earlier ones are expanded", ({ expect }) => {
    const env = [{ name: "A", value: "1" }, { name: "B", value: "$(A)-$(C)-$$(A)-$A" }, { name: "EMPTY" }];
    expect(variables({ env })).toEqual({ A: "1", B: "1-$(C)-$(A)-$A", EMPTY: "" });
  });

  it("come from fields, limits, ConfigMaps and Secrets; what isn't there is left out", ({ expect }) => {
    const field = (fieldPath: string): object => ({ fieldRef: { fieldPath } });
    const sources = {
      NAME: field("metadata.name"),
      LABEL: field("metadata.labels['a/b']"),
      NODE: field("spec.nodeName"),
      ADDRESS: field("status.podIP"),
      CPU: { resourceFieldRef: { resource: "limits.cpu" } },
      MEMORY: { resourceFieldRef: { resource: "limits.memory" } },
      LEVEL: { configMapKeyRef: { name: "settings", key: "level" } },
      PASSWORD: { secretKeyRef: { name: "keys", key: "password" } },
      NOTHING: { secretKeyRef: { name: "others", key: "x", optional: true } },
    };
    const env = Object.entries(sources).map(([name, valueFrom]) => ({ name, valueFrom }));
    expect(variables({ env, resources: { limits: { cpu: "1500m", memory: "64Mi" } } })).toEqual({
      NAME: "p",
      LABEL: "c",
      NODE: "n",
      ADDRESS: "10.0.0.9",
      CPU: "2",
      MEMORY: "67108864",
      LEVEL: "info",
      PASSWORD: "geheim",
    });
  });

  it("come from whole ConfigMaps, with prefixes, and are overridden by their own names", ({ expect }) => {
    const envFrom = [{ configMapRef: { name: "settings" }, prefix: "CFG_" }, { secretRef: { name: "keys" } }];
    expect(variables({ envFrom, env: [{ name: "CFG_mode", value: "slow" }] })).toEqual({
      CFG_level: "info",
      CFG_mode: "slow",
      password: "geheim",
    });
  });
});

describe("a command's environment", () => {
  const make = (caller: Record<string, string>, own: Record<string, string> = {}): Record<string, string> =>
    commandEnvironment({
      caller,
      variables: new Map(Object.entries(own)),
      endpoint: "http://127.0.0.1:4566",
      region: "eu-central-1",
      metadata: "http://127.0.0.1:1/",
      noProfiles: "/p/none",
      home: "/p/home",
      port: 6443,
      hostName: "p",
    });

  it("keeps region and pager of the caller, and no other AWS variable of whatever spelling", ({ expect }) => {
    const made = make({
      PATH: "/bin",
      HOME: "/root",
      AWS_ACCESS_KEY_ID: "x",
      aws_session_token: "x",
      AWS_PROFILE: "x",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "x",
      AWS_ENDPOINT_URL_STS: "x",
      BOTO_CONFIG: "x",
      AWS_REGION: "us-east-1",
      AWS_PAGER: "cat",
    });
    expect(made).toEqual({
      PATH: "/bin",
      HOME: "/p/home",
      HOSTNAME: "p",
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: "6443",
      KUBERNETES_SERVICE_PORT_HTTPS: "6443",
      AWS_REGION: "us-east-1",
      AWS_PAGER: "cat",
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
      AWS_CONFIG_FILE: "/p/none",
      AWS_SHARED_CREDENTIALS_FILE: "/p/none",
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1/",
    });
  });

  it("lets the container's own come first: its region is not mixed with the caller's", ({ expect }) => {
    const made = make({ AWS_REGION: "us-east-1", PATH: "/bin" }, { AWS_DEFAULT_REGION: "eu-west-1", PATH: "/app" });
    expect([made["AWS_REGION"], made["AWS_DEFAULT_REGION"], made["PATH"]]).toEqual([undefined, "eu-west-1", "/bin"]);
    expect(make({})["AWS_REGION"]).toBe("eu-central-1");
  });

  it("keeps proxies away from what stands in for AWS here", ({ expect }) => {
    expect(make({}, { HTTPS_PROXY: "http://proxy", NO_PROXY: "10.0.0.0/8" })).toMatchObject({
      NO_PROXY: "10.0.0.0/8,127.0.0.1,localhost",
      no_proxy: "127.0.0.1,localhost",
    });
  });
});

import { describe, it } from "vitest";
import type { DaemonSetObject } from "./daemons.ts";
import { agentAmong, proxyAmong } from "./daemons.ts";

const daemonSet = (name: string, image: string, ...args: string[]): DaemonSetObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name, namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ image, args }] } } },
});

describe("programs before the metadata service", () => {
  it("are known by image and flags", ({ expect }) => {
    const kube2iam = daemonSet(
      "kube2iam",
      "jtblin/kube2iam:0.12.0",
      "--base-role-arn=arn:aws:iam::111122223333:role",
      "--default-role",
      "nobody",
      "--namespace-restrictions",
      "--namespace-restriction-format=regexp",
    );
    expect(proxyAmong([daemonSet("aws-node", "amazon-k8s-cni:v1"), kube2iam])).toEqual({
      name: "kube2iam",
      baseArn: "arn:aws:iam::111122223333:role/",
      defaultRole: "nobody",
      restricted: true,
      format: "regexp",
      namespaceKey: "iam.amazonaws.com/allowed-roles",
    });
    expect(proxyAmong([daemonSet("p", "example.com/lotse:1", "controller", "metadata-proxy")])?.restricted).toBe(false);
    expect(proxyAmong([daemonSet("k", "quay.io/uswitch/kiam:v4", "server")])).toBeUndefined();
    expect(proxyAmong([daemonSet("k", "quay.io/uswitch/kiam:v4", "agent")])).toMatchObject({
      name: "kiam",
      restricted: true,
    });
  });

  it("that weren't found may be there all the same: Auto Mode has the agent built in", ({ expect }) => {
    expect(agentAmong([daemonSet("eks-pod-identity-agent", "agent:1")])).toEqual({ value: true });
    expect(agentAmong([])).toHaveProperty("unread");
  });
});

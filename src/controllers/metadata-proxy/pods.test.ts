import { describe, it } from "vitest";
import { podRole } from "../../identity/index.ts";
import { readFlags } from "../frame/index.ts";
import { flags } from "./flags.ts";
import { openMetadataService } from "./metadata-service.ts";
import type { NodePod } from "./pods.ts";
import { slimPod } from "./pods.ts";
import { podRoleSettings } from "./settings.ts";

describe("what is kept of a pod", () => {
  const pod: NodePod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-1",
      namespace: "shop",
      annotations: {
        "shop.example.com/role": "web",
        "shop.example.com/trust": "4711",
        "shop.example.com/session": "front",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "iam.amazonaws.com/role": "another",
      },
    },
    spec: { nodeName: "node-1" },
  };
  const words = {
    node: "node-1",
    "base-role-arn": "arn:aws:iam::123456789012:role/",
    "iam-role-key": "shop.example.com/role",
    "iam-external-id": "shop.example.com/trust",
    "iam-session-name": "shop.example.com/session",
    "namespace-restrictions": "false",
  };

  it("is what its role depends on, under whichever annotations the flags name", async ({ expect }) => {
    const given = readFlags(flags, Object.entries(words));
    const { namespace = "", name, annotations = {} } = slimPod(pod, given).metadata;
    expect(Object.keys(annotations)).toEqual([
      "shop.example.com/role",
      "shop.example.com/trust",
      "shop.example.com/session",
    ]);
    const metadata = openMetadataService("127.0.0.1:9");
    const settings = await podRoleSettings(given, metadata);
    metadata.close();
    expect(podRole({ namespace, name, annotations, namespaceAnnotations: {} }, settings)).toEqual({
      roleArn: "arn:aws:iam::123456789012:role/web",
      externalId: "4711",
      sessionName: "front",
    });
  });
});

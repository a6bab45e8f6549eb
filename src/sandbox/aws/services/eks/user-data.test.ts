import { describe, it } from "vitest";
import { parseTaints, readUserData } from "./user-data.ts";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

describe("user data", () => {
  it("of AL2023 holds NodeConfigs that merge, the last one winning", ({ expect }) => {
    const text = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: prod
    cidr: 10.100.0.0/16
  kubelet:
    config:
      maxPods: 17
    flags:
    - --node-labels=team=shop,tier=web
    - --register-with-taints=special=true:NoSchedule
--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo hello
--//
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      maxPods: 29
--//--
`;
    expect(readUserData(encoded(text))).toEqual({
      cluster: "prod",
      labels: { team: "shop", tier: "web" },
      taints: [{ key: "special", value: "true", effect: "NoSchedule" }],
      maxPods: 29,
      bootstrap: "nodeadm",
    });
  });

  it("of AL2 calls bootstrap.sh", ({ expect }) => {
    const text = `#!/bin/bash
set -o xtrace
/etc/eks/bootstrap.sh prod --kubelet-extra-args '--node-labels=a=b --max-pods=20 --register-with-taints=k:NoExecute'
`;
    expect(readUserData(encoded(text))).toEqual({
      cluster: "prod",
      labels: { a: "b" },
      taints: [{ key: "k", effect: "NoExecute" }],
      maxPods: 20,
      bootstrap: "bootstrap.sh",
    });
  });

  it("of Bottlerocket is TOML", ({ expect }) => {
    const text = `[settings.kubernetes]
cluster-name = "prod"
max-pods = 40
[settings.kubernetes.node-labels]
"alpha.eksctl.io/nodegroup-name" = "br"
[settings.kubernetes.node-taints]
dedicated = ["gpu:NoSchedule", "gpu:NoExecute"]
`;
    expect(readUserData(encoded(text))).toEqual({
      cluster: "prod",
      labels: { "alpha.eksctl.io/nodegroup-name": "br" },
      taints: [
        { key: "dedicated", value: "gpu", effect: "NoSchedule" },
        { key: "dedicated", value: "gpu", effect: "NoExecute" },
      ],
      maxPods: 40,
      bootstrap: "bottlerocket",
    });
  });

  it("that makes no node is nobody's", ({ expect }) => {
    expect(readUserData(undefined)).toBeUndefined();
    expect(readUserData(encoded("#!/bin/sh\nyum install nginx\n"))).toBeUndefined();
    expect(readUserData(encoded("apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n"))).toBeUndefined();
    expect(readUserData(encoded("\u0000\u0001: [\n"))).toBeUndefined();
  });
});

it("drops taints that the kubelet wouldn't take", ({ expect }) => {
  expect(parseTaints("a=b:NoSchedule,nonsense,c:PreferNoSchedule")).toEqual([
    { key: "a", value: "b", effect: "NoSchedule" },
    { key: "c", effect: "PreferNoSchedule" },
  ]);
});

// Worlds of the checks of nodes.
import { account, file, object, pod, workload } from "../../src/doctor/testing.ts";
import type { Half, Worlds } from "./worlds.ts";
import { anywhere, live } from "./worlds.ts";

const aws = (parts: object): ReturnType<typeof account> => account(parts as Parameters<typeof account>[0]);
const groups = (text: string): Half => file(`managedNodeGroups: [{name: web, ${text}}]`);
const group = (more: object): Half => aws({ nodeGroups: [{ nodegroupName: "web", subnets: ["s-a", "s-b"], ...more }] });
const template = (data: object, more: object = {}): object => ({
  launchTemplates: [{ group: "web", managed: true, id: "lt-1", version: "1", latest: "1", data, ...more }],
});
const node = (rest: object, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", ...metadata },
  ...rest,
});
const autoscaler = (args: string[], tag = "v1.35.0"): object =>
  workload(
    "Deployment",
    "cluster-autoscaler",
    pod({ image: `registry.k8s.io/autoscaling/cluster-autoscaler:${tag}`, args }),
  );
const web = workload("Deployment", "web", pod());
const coredns = (annotations: object): object =>
  object(
    "apps/v1",
    "Deployment",
    "coredns",
    { spec: { template: { metadata: { annotations }, spec: pod() } } },
    { namespace: "kube-system" },
  );
const subnets = (...zones: string[]): object[] =>
  zones.map((zone, i) => ({ SubnetId: i === 0 ? "s-a" : "s-b", AvailabilityZone: zone }));
const pool = (spec: object): object => object("karpenter.sh/v1", "NodePool", "all", { spec }, { namespace: undefined });
const profile = (name: string, more: object): object => ({ fargateProfileName: name, status: "ACTIVE", ...more });

const karpenter = (container: object): object =>
  workload("Deployment", "karpenter", pod({ image: "public.ecr.aws/karpenter/controller:1.9.0", ...container }));

export const nodes: Readonly<Record<string, Worlds>> = {
  "LT-D001": {
    fires: [
      groups("disableIMDSv1: false"),
      aws(template({ MetadataOptions: { HttpTokens: "optional" } })),
      aws({ instances: [{ InstanceId: "i-1", MetadataOptions: { HttpTokens: "optional" } }] }),
    ],
    silent: [groups("instanceType: m5.large"), aws(template({ MetadataOptions: { HttpTokens: "required" } }))],
  },
  "LT-D002": {
    fires: [groups("instanceType: m5.large"), aws(template({ MetadataOptions: { HttpPutResponseHopLimit: 2 } }))],
    silent: [groups("disablePodIMDS: true"), aws(template({ MetadataOptions: { HttpPutResponseHopLimit: 1 } }))],
  },
  "LT-D003": {
    fires: [
      groups("volumeType: gp2"),
      aws({ ...template({ BlockDeviceMappings: [{ Ebs: { VolumeType: "gp3" } }] }), ebsEncryptionByDefault: false }),
    ],
    silent: [groups("volumeEncrypted: true"), aws(template({ BlockDeviceMappings: [{ Ebs: { VolumeType: "gp3" } }] }))],
  },
  "LT-D004": {
    fires: [
      group({ health: { issues: [{ code: "NodeCreationFailure", message: "no" }] } }),
      group({ status: "DEGRADED" }),
    ],
    silent: [group({ status: "ACTIVE", health: { issues: [] } })],
  },
  "LT-D005": {
    fires: [aws({ cluster: { health: { issues: [{ code: "SubnetNotFound", message: "gone" }] } } })],
    silent: [aws({ cluster: { status: "ACTIVE", health: { issues: [] } } })],
  },
  "LT-D006": { fires: [aws(template({}, { latest: "4" }))], silent: [aws(template({}))] },
  "LT-D008": {
    fires: [
      file(
        "metadata: {name: demo, region: eu-central-1, version: '1.32'}\nmanagedNodeGroups: [{name: web, amiFamily: AmazonLinux2}]",
      ),
      group({ amiType: "AL2_x86_64" }),
      live(node({ status: { nodeInfo: { osImage: "Amazon Linux 2" } } })),
    ],
    silent: [
      groups("amiFamily: Bottlerocket"),
      group({ amiType: "AL2023_x86_64_STANDARD" }),
      live(node({ status: { nodeInfo: { osImage: "Amazon Linux 2023.9" } } })),
    ],
  },
  "LT-D009": {
    fires: [file("nodeGroups: [{name: own}]"), aws({ scalingGroups: [{ name: "asg", zones: [], managed: false }] })],
    silent: [groups("instanceType: m5.large"), aws({ scalingGroups: [{ name: "asg", zones: [], managed: true }] })],
  },
  "LT-D010": {
    fires: [
      groups("availabilityZones: [eu-central-1a]"),
      aws({ nodeGroups: [{ nodegroupName: "web", subnets: ["s-a", "s-b"] }], subnets: subnets("a", "a") }),
    ],
    silent: [
      groups("instanceType: m5.large"),
      aws({ nodeGroups: [{ nodegroupName: "web", subnets: ["s-a", "s-b"] }], subnets: subnets("a", "b") }),
    ],
  },
  "LT-D011": {
    fires: [{ ...group({}), ...live(web) }],
    silent: [
      { ...group({}), ...live(autoscaler([])) },
      { ...aws({ cluster: { computeConfig: { enabled: true } }, nodeGroups: [{}] }), ...live(web) },
    ],
  },
  "LT-D012": { fires: [live(autoscaler([], "v1.31.2"))], silent: [live(autoscaler([]), web)] },
  "LT-D013": {
    fires: anywhere(autoscaler(["--nodes=1:3:asg"])),
    silent: anywhere(autoscaler(["--node-group-auto-discovery=asg:tag=x"])),
  },
  "LT-D016": {
    fires: [...anywhere(pool({})), ...anywhere(karpenter({}))],
    silent: [
      ...anywhere(pool({ limits: { cpu: 100 } })),
      ...anywhere(karpenter({ env: [{ name: "INTERRUPTION_QUEUE", value: "demo" }] })),
    ],
  },
  "LT-D017": {
    fires: [
      groups("spot: true, instanceTypes: [m5.large]"),
      group({ capacityType: "SPOT", instanceTypes: ["m5.large"] }),
    ],
    silent: [
      groups("spot: true, instanceTypes: [m5.large, m5a.large, m6i.large]"),
      group({ capacityType: "ON_DEMAND", instanceTypes: ["m5.large"] }),
    ],
  },
  "LT-D018": {
    fires: [
      live(node({ status: { conditions: [{ type: "Ready", status: "Unknown" }] } })),
      live(
        node({
          status: {
            conditions: [
              { type: "Ready", status: "True" },
              { type: "DiskPressure", status: "True" },
            ],
          },
        }),
      ),
      live(node({ spec: { unschedulable: true } })),
    ],
    silent: [
      live(
        node({
          status: {
            conditions: [
              { type: "Ready", status: "True" },
              { type: "DiskPressure", status: "False" },
            ],
          },
        }),
      ),
    ],
  },
  "LT-D019": {
    fires: [live(node({ spec: { taints: [{ key: "gpu", effect: "NoSchedule" }] } }), web)],
    silent: [
      live(
        node({ spec: { taints: [{ key: "gpu", effect: "NoSchedule" }] } }),
        workload("Deployment", "train", pod({}, { tolerations: [{ key: "gpu", operator: "Exists" }] })),
      ),
    ],
  },
  "LT-D021": {
    fires: [
      groups("ssh: {allow: true, publicKeyName: ops}"),
      group({ remoteAccess: { ec2SshKey: "ops" } }),
      aws({
        securityGroups: [
          {
            GroupId: "sg-1",
            IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
          },
        ],
      }),
    ],
    silent: [
      groups("ssh: {allow: true, publicKeyName: ops, sourceSecurityGroupIds: [sg-1]}"),
      group({ remoteAccess: { ec2SshKey: "ops", sourceSecurityGroups: ["sg-1"] } }),
    ],
  },
  "LT-D022": {
    fires: [groups("instanceType: m5.large"), group({})],
    silent: [groups("nodeRepairConfig: {enabled: true}"), group({ nodeRepairConfig: { enabled: true } })],
  },
  "LT-D023": {
    fires: [live(node({}, { creationTimestamp: "2026-01-01T00:00:00Z" }))],
    silent: [live(node({}, { creationTimestamp: "2026-11-01T00:00:00Z" }))],
  },
  "LT-D025": {
    fires: [live(coredns({}))],
    silent: [live(coredns({ "eks.amazonaws.com/compute-type": "fargate" })), live(coredns({}), node({}))],
  },
  "LT-D026": {
    fires: [aws({ fargateProfiles: [profile("fp", { status: "CREATE_FAILED" })] })],
    silent: [aws({ fargateProfiles: [profile("fp", {})] })],
  },
  "LT-D027": {
    fires: [
      file(
        "fargateProfiles: [{name: a, selectors: [{namespace: shop}]}, {name: b, selectors: [{namespace: shop, labels: {app: web}}]}]",
      ),
      aws({
        fargateProfiles: [
          profile("a", { selectors: [{ namespace: "shop" }] }),
          profile("b", { selectors: [{ namespace: "shop" }] }),
        ],
      }),
    ],
    silent: [
      file(
        "fargateProfiles: [{name: a, selectors: [{namespace: shop, labels: {app: db}}]}, {name: b, selectors: [{namespace: shop, labels: {app: web}}]}]",
      ),
      aws({
        fargateProfiles: [
          profile("a", { selectors: [{ namespace: "shop" }] }),
          profile("b", { selectors: [{ namespace: "dev" }] }),
        ],
      }),
    ],
  },
  "LT-D028": {
    fires: [aws({ roles: [{ arn: "r", name: "r", uses: ["node", "fargate"], trust: {}, attached: [], inline: [] }] })],
    silent: [aws({ roles: [{ arn: "r", name: "r", uses: ["node"], trust: {}, attached: [], inline: [] }] })],
  },
};

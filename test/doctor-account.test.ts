// The doctor reads an account as it is: a cluster with planted mistakes, a careful one, and a caller who may not read everything.
import { afterAll, beforeAll, describe, it } from "vitest";
import type { DoctorReport, DoctorVisit } from "../src/lotse.ts";
import { doctor } from "../src/lotse.ts";
import { parseManifests } from "../src/rehearse/manifests/read.ts";
import { watchAccount } from "./helpers/careful-cluster.ts";
import type { World } from "./helpers/world.ts";
import { openWorld } from "./helpers/world.ts";

const careless = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: careless, region: eu-central-1, version: "1.33"}
vpc: {cidr: 10.0.8.0/22, nat: {gateway: Single}}
managedNodeGroups:
  - name: web
    instanceType: m4.large
    minSize: 1
    desiredCapacity: 1
    maxSize: 60
    spot: true
    disableIMDSv1: false
    iam: {attachPolicyARNs: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AdministratorAccess"]}
`;

const entry = (name: string): string =>
  `{principalARN: "arn:aws:iam::ACCOUNT:role/${name}", accessPolicies: [{policyARN: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", accessScope: {type: cluster}}]}`;
const careful = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: careful, region: eu-central-1, version: "1.35"}
accessConfig: {authenticationMode: API, bootstrapClusterCreatorAdminPermissions: false, accessEntries: [${entry("ops")}, ${entry("emergency")}]}
upgradePolicy: {supportType: STANDARD}
vpc: {cidr: 10.64.0.0/16, nat: {gateway: HighlyAvailable}, publicAccessCIDRs: [198.51.100.0/24], clusterEndpoints: {privateAccess: true, publicAccess: true}}
cloudWatch: {clusterLogging: {enableTypes: [audit, authenticator], logRetentionInDays: 90}}
addonsConfig: {autoApplyPodIdentityAssociations: true}
addons: [{name: vpc-cni}, {name: coredns}, {name: kube-proxy}, {name: eks-pod-identity-agent}]
managedNodeGroups:
  - name: web
    instanceType: m7i.large
    minSize: 2
    desiredCapacity: 2
    maxSize: 4
    privateNetworking: true
    disablePodIMDS: true
    volumeEncrypted: true
    nodeRepairConfig: {enabled: true}
`;

/** What runs on it: a workload that is as it should be, but for seven mistakes. */
const shop = `apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  minReadySeconds: 10
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostPID: true
      terminationGracePeriodSeconds: 0
      topologySpreadConstraints: [{topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway}]
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: app
          image: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:latest
          env: [{name: AWS_ACCESS_KEY_ID, value: AKIAIOSFODNN7EXAMPLE}]
          readinessProbe: {httpGet: {path: /, port: 80}}
          livenessProbe: {httpGet: {path: /, port: 80}}
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: wbe}, ports: [{port: 80}]}
`;

let world: World;
const visit = async (name: string, aws = world.aws, more: Partial<DoctorVisit> = {}): Promise<DoctorReport> =>
  doctor.run({ today: "2026-11-21", living: { aws, name, kubernetes: false }, ...more });
const idsOf = ({ findings }: DoctorReport): string[] => [...new Set(findings.map(({ id }) => id))].toSorted();

beforeAll(async () => {
  world = await openWorld({ kubernetes: "off", clock: "instant" });
  const { account } = world.sandbox;
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${account}:root` } }],
  });
  watchAccount(world);
  for (const RoleName of ["ops", "emergency"])
    world.send("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument: trust });
  for (const text of [careless, careful.replaceAll("ACCOUNT", account)]) {
    const { ok, failed } = await world.apply(text);
    if (!ok) throw new Error(failed.map(({ message }) => message).join("; "));
  }
  world.send("ec2", "CreateVolume", {
    AvailabilityZone: "eu-central-1a",
    Size: 8,
    TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "kubernetes.io/cluster/careless", Value: "owned" }] }],
  });
});

afterAll(async () => {
  await world.close();
});

describe("the doctor in an account", () => {
  it("names each of 30 planted mistakes and no other, and can tell of every check", async ({ expect }) => {
    const { manifests } = parseManifests("shop.yaml", shop);
    const report = await visit("careless", world.aws, { manifests });
    expect(report.unknown).toEqual([]);
    const planted = {
      "a version in extended support, and agreed to": ["LT-U001", "LT-U002", "LT-C001"],
      "a small network that 60 nodes would fill": ["LT-N001"],
      "public nodes, one NAT gateway, no flow log": ["LT-N016", "LT-N017", "LT-N021"],
      "an endpoint for everybody, and for nodes only from outside": ["LT-N014", "LT-N015"],
      "a user as the only administrator": ["LT-I001", "LT-I003"],
      "AdministratorAccess on nodes": ["LT-I011"],
      "IMDSv1, a hop limit of 2, disks in clear": ["LT-D001", "LT-D002", "LT-D003"],
      "spot of one old type, nobody mends": ["LT-D017", "LT-C002", "LT-D022"],
      "a forgotten volume in clear": ["LT-S004", "LT-S011"],
      "no logs, no key, no protection": ["LT-L001", "LT-E001", "LT-C007"],
      "a budget that forbids every eviction, in a version that is gone": ["LT-U010", "LT-U007"],
      "processes of the node, no notice, a moving tag, a key in a variable": [
        "LT-W010",
        "LT-U020",
        "LT-W007",
        "LT-I026",
      ],
      "a service with a slip of the pen": ["LT-N031"],
    };
    expect(idsOf(report)).toEqual(Object.values(planted).flat().toSorted());
    expect(idsOf(report)).toHaveLength(30);
  });

  it("leaves a careful cluster alone, but for what its file can't say", async ({ expect }) => {
    expect(idsOf(await visit("careful"))).toEqual(["LT-C007", "LT-E001", "LT-I012", "LT-N021"]);
  });

  it("says unknown of what the caller may not read", async ({ expect }) => {
    const UserName = "reader";
    const allowed = { Effect: "Allow", Action: ["eks:Describe*", "eks:List*"], Resource: "*" };
    world.send("iam", "CreateUser", { UserName });
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [allowed] });
    world.send("iam", "PutUserPolicy", { UserName, PolicyName: "eks", PolicyDocument });
    const { AccessKey } = world.send<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
      "iam",
      "CreateAccessKey",
      { UserName },
    );
    const aws = await world.connect({
      credentials: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey },
    });
    const report = await visit("careless", aws);
    aws.close();
    expect(idsOf(report)).toContain("LT-U001");
    const unknown = report.unknown.map(({ id }) => id);
    expect(unknown).toEqual(expect.arrayContaining(["LT-N001", "LT-D001", "LT-I011", "LT-S004"]));
    expect(report.unknown.find(({ id }) => id === "LT-S004")?.reason).toContain("ec2:DescribeVolumes");
    expect(idsOf(report).filter((id) => unknown.includes(id))).toEqual([]);
  });
});

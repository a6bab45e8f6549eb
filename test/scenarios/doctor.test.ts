// A whole rehearsed world, AWS and Kubernetes, looked at by the doctor: first as it should be, then with 30 planted mistakes.
import { afterAll, beforeAll, describe, it } from "vitest";
import { resources } from "../../src/kube/index.ts";
import type { DoctorReport, DoctorVisit } from "../../src/lotse.ts";
import { doctor, runSteps } from "../../src/lotse.ts";
import { parseManifests } from "../../src/rehearse/manifests/read.ts";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { asRole, make, makeCarefulCluster, makeOwnRole, type CarefulCluster } from "../helpers/careful-cluster.ts";
import { eventually } from "../helpers/kubernetes.ts";
import { clusterOf, openWorld, type World } from "../helpers/world.ts";

const kubernetes = await kubernetesOr("1.35");
const name = "careful";

/** What somebody does in the account, beside lotse. */
const inAccount: Readonly<Record<string, (world: World, careful: CarefulCluster) => void>> = {
  "LT-C007 deletion protection is off": ({ send }) =>
    send("eks", "UpdateClusterConfig", { name, deletionProtection: false }),
  "LT-L001 nobody keeps the authenticator's log": ({ send }) =>
    send("eks", "UpdateClusterConfig", {
      name,
      logging: { clusterLogging: [{ types: ["authenticator"], enabled: false }] },
    }),
  "LT-N014 the endpoint is open to the world": ({ send }) =>
    send("eks", "UpdateClusterConfig", { name, resourcesVpcConfig: { publicAccessCidrs: ["0.0.0.0/0"] } }),
  "LT-N015 nodes reach the API server from outside": ({ send }) =>
    send("eks", "UpdateClusterConfig", { name, resourcesVpcConfig: { endpointPrivateAccess: false } }),
  "LT-D022 nobody mends nodes": ({ send }) =>
    send("eks", "UpdateNodegroupConfig", {
      clusterName: name,
      nodegroupName: "web",
      nodeRepairConfig: { enabled: false },
    }),
  "LT-L002 logs are kept for ever": ({ send }) =>
    send("cloudwatch-logs", "DeleteRetentionPolicy", { logGroupName: `/aws/eks/${name}/cluster` }),
  "LT-E002 the key no longer rotates": ({ send }, { keyId }) => send("kms", "DisableKeyRotation", { KeyId: keyId }),
  "LT-N021 no flow log": ({ send }) => {
    const { FlowLogs } = send<{ FlowLogs: { FlowLogId: string }[] }>("ec2", "DescribeFlowLogs", {});
    send("ec2", "DeleteFlowLogs", { FlowLogIds: FlowLogs.map(({ FlowLogId }) => FlowLogId) });
  },
  "LT-N019 the VPC gives no names": ({ send }, { vpcId }) =>
    send("ec2", "ModifyVpcAttribute", { VpcId: vpcId, EnableDnsHostnames: { Value: false } }),
  "LT-N011 a subnet that nobody uses": ({ send }, { vpcId }) =>
    send("ec2", "CreateSubnet", {
      VpcId: vpcId,
      CidrBlock: "10.64.240.0/24",
      AvailabilityZone: "eu-central-1a",
    }),
  "LT-S011 a forgotten volume": ({ send }) =>
    send("ec2", "CreateVolume", {
      AvailabilityZone: "eu-central-1a",
      Size: 8,
      Encrypted: true,
      TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: `kubernetes.io/cluster/${name}`, Value: "owned" }] }],
    }),
  "LT-I011 nodes may do everything": ({ send }, { nodeRole }) =>
    send("iam", "AttachRolePolicy", {
      RoleName: nodeRole,
      PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
    }),
  "LT-I003 a user has an entry": ({ send, sandbox }) => {
    send("iam", "CreateUser", { UserName: "anna" });
    send("eks", "CreateAccessEntry", {
      clusterName: name,
      principalArn: `arn:aws:iam::${sandbox.account}:user/anna`,
    });
  },
  "LT-I002 an entry of somebody who has left": (world) => {
    makeOwnRole(world, "left");
    world.send("eks", "CreateAccessEntry", {
      clusterName: name,
      principalArn: `arn:aws:iam::${world.sandbox.account}:role/left`,
    });
    world.send("iam", "DeleteRole", { RoleName: "left" });
  },
};

const meta = (of: string, more = ""): string => `metadata: {name: ${of}, namespace: shop${more}}`;
const rbac = "apiVersion: rbac.authorization.k8s.io/v1";
const binding = (of: string, role: string, group: string): string =>
  `${rbac}\nkind: ClusterRoleBinding\nmetadata: {name: ${of}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}\nsubjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: "${group}"}]`;
const storage = (of: string, binding: string, encrypted: string): string =>
  `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: ${of}}\nprovisioner: ebs.csi.aws.com\nparameters: {type: gp3, encrypted: "${encrypted}"}\nvolumeBindingMode: ${binding}`;

/** Objects that somebody makes in the cluster. */
const inCluster: Readonly<Record<string, string>> = {
  "LT-N031 a service with a slip of the pen": `apiVersion: v1\nkind: Service\n${meta("wbe")}\nspec: {selector: {app: wbe}, ports: [{port: 80}]}`,
  "LT-N024 a policy for nobody": `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n${meta("wbe")}\nspec: {podSelector: {matchLabels: {app: wbe}}, policyTypes: [Ingress]}`,
  "LT-I008 developers are administrators": binding("developers", "cluster-admin", "developers"),
  "LT-I009 anybody may look": binding("open", "view", "system:unauthenticated"),
  "LT-I024 a binding of nothing": binding("ghost", "no-such-role", "developers"),
  "LT-I019 a role of stars": `${rbac}\nkind: Role\n${meta("stars")}\nrules: [{apiGroups: [""], resources: ["configmaps"], verbs: ["*"]}]`,
  "LT-I026 a key in a ConfigMap": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: backup, namespace: kube-system}\ndata: {key: AKIAIOSFODNN7EXAMPLE}`,
  "LT-S005 volumes before their zone": storage("hasty", "Immediate", "true"),
  "LT-S004 volumes in clear": storage("clear", "WaitForFirstConsumer", "false"),
  "LT-S006 LT-S008 a claim, and nobody who makes volumes": `apiVersion: v1\nkind: PersistentVolumeClaim\n${meta("data")}\nspec: {accessModes: [ReadWriteOnce], storageClassName: nowhere, resources: {requests: {storage: 1Gi}}}`,
  "LT-U012 a budget for nobody": `apiVersion: policy/v1\nkind: PodDisruptionBudget\n${meta("wbe")}\nspec: {maxUnavailable: 1, selector: {matchLabels: {app: wbe}}}`,
  "LT-U018 a webhook that fails closed": `apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: gone}\nwebhooks: [{name: gone.example.com, failurePolicy: Fail, sideEffects: None, admissionReviewVersions: [v1], timeoutSeconds: 5, clientConfig: {service: {name: gone, namespace: shop}}, rules: [{apiGroups: [example.com], apiVersions: [v1], resources: [things], operations: [CREATE]}]}]`,
  "LT-W019 a namespace that holds pods to nothing": "apiVersion: v1\nkind: Namespace\nmetadata: {name: loose}",
};

/** What the file says by now, not yet in the account. */
const inFile = { "LT-N017 one NAT gateway for all zones": ["gateway: HighlyAvailable", "gateway: Single"] } as const;

/** What stands in a folder, not yet in the cluster. */
const inManifests = {
  "LT-U007 an API that is gone": `apiVersion: networking.k8s.io/v1beta1\nkind: IngressClass\nmetadata: {name: old}`,
};

const planted = [inAccount, inCluster, inFile, inManifests].flatMap((each) =>
  Object.keys(each).flatMap((words) => words.match(/LT-[A-Z]\d{3}/g) ?? []),
);

let world: World;
let careful: CarefulCluster;

const visit = async (more: Partial<DoctorVisit> = {}): Promise<DoctorReport> =>
  doctor.run({ today: "2026-11-21", living: { aws: careful.ops, name, kubernetes: true }, ...more });
const told = ({ findings }: DoctorReport): string[] =>
  findings.map(({ id, resource, text }) => `${id} ${resource.kind} ${resource.name}: ${text}`);
const idsOf = ({ findings }: DoctorReport): string[] => [...new Set(findings.map(({ id }) => id))].toSorted();

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "the doctor in a whole world", () => {
  beforeAll(async () => {
    world = await openWorld({ clock: "instant", quotas: { gp3StorageTiB: 50 } });
    careful = await makeCarefulCluster(world);
  }, 120_000);

  afterAll(async () => {
    careful?.kube.close();
    careful?.ops.close();
    await world?.close();
  });

  it("finds nothing where nothing is wrong, and could tell of every check", async ({ expect }) => {
    const file = await clusterOf(careful.text);
    await eventually(
      async () => told(await visit({ file })),
      (found) => found.length === 0,
    );
    const { unknown, notChecked } = await visit({ file, manifests: [] });
    expect([unknown, notChecked]).toEqual([[], []]);
  }, 90_000);

  it("names each of 30 planted mistakes, and no other", async ({ expect }) => {
    for (const plant of Object.values(inAccount)) {
      plant(world, careful);
      // One update of a cluster at a time: a look lets it end.
      world.send("eks", "DescribeCluster", { name });
    }
    await make(careful.kube, Object.values(inCluster).join("\n---\n"));
    const file = await clusterOf(
      Object.values(inFile).reduce((text, [from, to]) => text.replace(from, to), careful.text),
    );
    const { manifests } = parseManifests("old.yaml", Object.values(inManifests).join("\n---\n"));
    const report = await visit({ file, manifests });
    expect(told(report)).toHaveLength(planted.length);
    expect(idsOf(report)).toEqual(planted.toSorted());
    expect(planted).toHaveLength(30);
    expect(report.unknown).toEqual([]);
    expect(new Set(report.findings.map(({ source }) => source))).toEqual(
      new Set(["file", "account", "cluster", "manifests"]),
    );
  }, 60_000);

  it("takes nothing for well that it may not read", async ({ expect }) => {
    makeOwnRole(world, "looker");
    const Statement = [{ Effect: "Allow", Action: ["eks:DescribeCluster", "eks:ListNodegroups"], Resource: "*" }];
    world.send("iam", "PutRolePolicy", {
      RoleName: "looker",
      PolicyName: "eks",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    world.send("eks", "CreateAccessEntry", {
      clusterName: name,
      principalArn: `arn:aws:iam::${world.sandbox.account}:role/looker`,
      kubernetesGroups: ["lookers"],
    });
    await make(
      careful.kube,
      `${rbac}\nkind: ClusterRole\nmetadata: {name: lookers}\nrules: [{apiGroups: [""], resources: [services], verbs: [list]}, {apiGroups: [storage.k8s.io], resources: [storageclasses], verbs: [list]}]\n---\n${binding("lookers", "lookers", "lookers")}`,
    );
    const { aws } = await asRole(world, "looker");
    const report = await visit({ living: { aws, name, kubernetes: true } });
    aws.close();
    const unknown = report.unknown.map(({ id }) => id);
    expect(idsOf(report)).toEqual(expect.arrayContaining(["LT-N014", "LT-C007", "LT-S004", "LT-S005"]));
    const living = planted.filter((id) => !["LT-N017", "LT-U007"].includes(id));
    expect(living.filter((id) => !idsOf(report).includes(id) && !unknown.includes(id))).toEqual([]);
    const reasonOf = (id: string): string | undefined => report.unknown.find((each) => each.id === id)?.reason;
    expect(reasonOf("LT-I009")).toContain("clusterrolebindings can't be read");
    expect(reasonOf("LT-E002")).toContain("kms:DescribeKey");
    expect([
      await doctor.fails(report, "error", false),
      await doctor.fails({ ...report, findings: [] }, "error", true),
    ]).toEqual([true, true]);
  }, 60_000);

  it("mends what it may, and the second time nothing", async ({ expect }) => {
    await make(
      careful.kube,
      `apiVersion: v1\nkind: Service\n${meta("front")}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}`,
    );
    const mark = async (of: string, is: string): Promise<unknown> =>
      careful.kube.patch(resources.storageClasses, { name: of }, "merge", {
        metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": is } },
      });
    await mark("gp3", "false");
    await mark("gp2", "true");
    const { Subnets } = world.send<{ Subnets: { SubnetId: string }[] }>("ec2", "DescribeSubnets", {
      Filters: [{ Name: "tag-key", Values: ["kubernetes.io/role/elb"] }],
    });
    world.send("ec2", "DeleteTags", {
      Resources: Subnets.map(({ SubnetId }) => SubnetId),
      Tags: [{ Key: "kubernetes.io/role/elb" }],
    });
    const fixable = (await doctor.list()).filter((check) => check.fixable).map(({ id }) => id);
    const asked = { today: "2026-11-21", living: { aws: careful.ops, name, kubernetes: true } };
    const first = await doctor.planFix(asked, { cidrs: ["198.51.100.0/24"] });
    const mended = [
      "LT-C007",
      "LT-D022",
      "LT-E002",
      "LT-L001",
      "LT-L002",
      "LT-N012",
      "LT-N014",
      "LT-N015",
      "LT-N019",
      "LT-S003",
    ];
    expect([...new Set(first.mended.map(({ id }) => id))].toSorted()).toEqual(mended);
    if (!first.steps) throw new Error("nothing to do");
    expect((await runSteps(first.steps, careful.ops, world.host)).failed).toEqual([]);
    expect(idsOf(await visit()).filter((id) => fixable.includes(id))).toEqual([]);
    expect((await doctor.planFix(asked)).steps).toBe(undefined);
  }, 60_000);

  it("sees what surrounds the cluster: trails, detection, quotas, stacks, the registry, streams, use of pods", async ({
    expect,
  }) => {
    const { send, sandbox } = world;
    send("cloudtrail", "StopLogging", { Name: "all" });
    send("inspector2", "Disable", {});
    for (let i = 0; i < 3; i += 1)
      send("ec2", "CreateVolume", { AvailabilityZone: "eu-central-1a", Size: 16_000, VolumeType: "gp3" });
    // Its role of nodes was changed by hand.
    const stack = `eksctl-${name}-nodegroup-web`;
    const { StackDriftDetectionId } = send<{ StackDriftDetectionId: string }>("cloudformation", "DetectStackDrift", {
      StackName: stack,
    });
    await eventually(
      async () =>
        send<{ DetectionStatus: string; StackDriftStatus?: string }>(
          "cloudformation",
          "DescribeStackDriftDetectionStatus",
          { StackDriftDetectionId },
        ),
      ({ DetectionStatus }) => DetectionStatus === "DETECTION_COMPLETE",
    );
    send("ecr", "CreateRepository", { repositoryName: "shop/api" });
    const Statement = [{ Effect: "Allow", Principal: "*", Action: "ecr:PutImage" }];
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement });
    send("ecr", "SetRepositoryPolicy", { repositoryName: "shop/api", policyText });
    const image = `${sandbox.account}.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1`;
    await make(
      careful.kube,
      [
        `apiVersion: batch/v1\nkind: CronJob\n${meta("api")}\nspec: {schedule: "0 3 * * *", suspend: true, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: api, image: "${image}"}]}}}}}`,
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: aws-observability}",
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-logging, namespace: aws-observability}\ndata: {output.conf: "[OUTPUT]\\n  Name firehose\\n  delivery_stream logs\\n"}`,
        `apiVersion: v1\nkind: Secret\n${meta("by-hand")}\nstringData: {a: b}`,
      ].join("\n---\n"),
    );
    const only = ["L003", "L007", "L008", "M001", "M002", "M004", "S010", "C008", "E003", "W025"].map(
      (id) => `LT-${id}`,
    );
    const before = await visit({ only });
    expect(told(before)).toEqual(
      expect.arrayContaining([
        "LT-L003 Cluster careful: all doesn't record",
        "LT-L007 ConfigMap aws-logging: There is no delivery stream logs",
        "LT-L008 Cluster careful: Off in eu-central-1: Inspector for EC2, Inspector for ECR",
        "LT-M001 Repository shop/api: CronJob api runs images of it, and they aren't scanned",
        "LT-M002 Repository shop/api: CronJob api runs images of it, and its tags are MUTABLE",
        "LT-M004 Repository shop/api: CronJob api runs images of it, and its policy allows everybody ecr:PutImage",
        "LT-S010 Cluster careful: Volumes of gp3 in the region hold 47.0 of 50 TiB",
        "LT-W025 Secret by-hand: No workload names it",
      ]),
    );
    expect(idsOf(before)).toEqual(expect.arrayContaining(["LT-C008", "LT-E003"]));
    send("cloudtrail", "StartLogging", { Name: "all" });
    send("firehose", "CreateDeliveryStream", { DeliveryStreamName: "logs" });
    send("inspector2", "Enable", { resourceTypes: ["EC2", "ECR"] });
    send("ecr", "PutImageScanningConfiguration", {
      repositoryName: "shop/api",
      imageScanningConfiguration: { scanOnPush: true },
    });
    send("ecr", "PutImageTagMutability", { repositoryName: "shop/api", imageTagMutability: "IMMUTABLE" });
    send("ecr", "DeleteRepositoryPolicy", { repositoryName: "shop/api" });
    expect(idsOf(await visit({ only }))).toEqual(["LT-C008", "LT-E003", "LT-S010", "LT-W025"]);
  }, 60_000);
});

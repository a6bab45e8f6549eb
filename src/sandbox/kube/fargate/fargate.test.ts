import { describe, it } from "vitest";
import type { FargateProfileRow } from "../../aws/services/eks/state.ts";
import type { Pod } from "../pods/pod.ts";
import { mutatePod } from "./admission.ts";
import { fargateRefusal } from "./refusals.ts";
import { profileFor } from "./selectors.ts";
import { fargateSize, sizeText } from "./sizes.ts";

const profile = (
  fargateProfileName: string,
  selectors: FargateProfileRow["selectors"],
  status = "ACTIVE",
): FargateProfileRow => ({ fargateProfileName, selectors, status }) as unknown as FargateProfileRow;

const pod = (containers: object[], more: object = {}): Pod =>
  ({ metadata: { name: "p", namespace: "default" }, spec: { containers, ...more } }) as unknown as Pod;

const asking = (cpu?: string, memory?: string): object => ({
  name: "c",
  image: "c",
  resources: { requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) } },
});

it.for<[cpu: string | undefined, memory: string | undefined, size: string]>([
  [undefined, undefined, "0.25vCPU 0.5GB"],
  ["250m", "256Mi", "0.25vCPU 0.5GB"],
  ["250m", "512Mi", "0.25vCPU 1GB"],
  ["300m", "100Mi", "0.5vCPU 1GB"],
  ["1", "8Gi", "2vCPU 9GB"],
  ["1", "7936Mi", "1vCPU 8GB"],
  ["4", "29Gi", "4vCPU 30GB"],
  ["4", "30Gi", "8vCPU 32GB"],
  ["16", "100Gi", "16vCPU 104GB"],
])("rounds %s CPU and %s up to %s", ([cpu, memory, size], { expect }) => {
  const found = fargateSize(pod([asking(cpu, memory)]));
  expect(found && sizeText(found)).toBe(size);
});

it("counts all containers together, or the largest init container; nothing holds more than 16 CPU", ({ expect }) => {
  const two = pod([asking("500m", "1Gi"), asking("500m", "1Gi")]);
  expect(sizeText(fargateSize(two) ?? { vcpu: 0, memoryGB: 0 })).toBe("1vCPU 3GB");
  const init = pod([asking("250m", "256Mi")], { initContainers: [asking("2", "3Gi")] });
  expect(sizeText(fargateSize(init) ?? { vcpu: 0, memoryGB: 0 })).toBe("2vCPU 4GB");
  expect(fargateSize(pod([asking("17", "1Gi")]))).toBeUndefined();
});

describe("a pod's profile", () => {
  const profiles = [
    profile("zeta", [{ namespace: "team-*" }]),
    profile("alpha", [{ namespace: "team-?", labels: { "app*": "web" } }]),
    profile("coming", [{ namespace: "team-a" }], "CREATING"),
  ];
  const of = (more: object): string | undefined =>
    profileFor(profiles, { namespace: "team-a", labels: {}, annotations: {}, owners: [], ...more });

  it("is the first by name of those that select it", ({ expect }) => {
    expect(of({})).toBe("zeta");
    expect(of({ labels: { app: "web" } })).toBe("alpha");
    expect(of({ namespace: "team-ab", labels: { app: "web" } })).toBe("zeta");
    expect(of({ namespace: "teams" })).toBeUndefined();
  });

  it("is the one it names, when that selects it, too", ({ expect }) => {
    const pin = { "eks.amazonaws.com/fargate-profile": "zeta", app: "web" };
    expect(of({ labels: pin })).toBe("zeta");
    expect(of({ labels: { ...pin, "eks.amazonaws.com/fargate-profile": "coming" } })).toBeUndefined();
  });

  it("is none for DaemonSets and for who wants EC2", ({ expect }) => {
    expect(of({ owners: ["DaemonSet"] })).toBeUndefined();
    expect(of({ annotations: { "eks.amazonaws.com/compute-type": "ec2" } })).toBeUndefined();
  });

  it("sets the scheduler, unless the pod has one of its own", ({ expect }) => {
    const review = (schedulerName: string): object =>
      mutatePod({ request: { uid: "1", namespace: "team-a", object: { spec: { schedulerName } } } }, profiles);
    const { response } = review("default-scheduler") as { response: { patch: string } };
    expect(JSON.parse(Buffer.from(response.patch, "base64").toString())).toContainEqual({
      op: "add",
      path: "/spec/schedulerName",
      value: "fargate-scheduler",
    });
    expect(review("mine")).toMatchObject({ response: { uid: "1", allowed: true } });
    expect(review("mine")).not.toHaveProperty("response.patch");
  });
});

it.for<[what: string, spec: object, message: string]>([
  [
    "claims that aren't bound",
    { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
    "volumes not supported: data not supported because: PVC data not bound",
  ],
  [
    "host paths",
    { volumes: [{ name: "host", hostPath: { path: "/" } }] },
    "volumes not supported: host is of an unsupported volume Type",
  ],
  ["the host's namespaces", { hostPID: true, hostIPC: true }, "fields not supported: HostPID, HostIPC"],
])("refuses %s", ([, spec, message], { expect }) => {
  const refusal = fargateRefusal(pod([{ name: "c", image: "c" }], spec), () => ({ bound: false, driver: undefined }));
  expect(refusal).toBe(`Pod not supported on Fargate: ${message}`);
});

it("takes what EFS holds, and all that is made of nothing", ({ expect }) => {
  const volumes = [
    { name: "e", emptyDir: {} },
    { name: "f", persistentVolumeClaim: { claimName: "f" } },
  ];
  const plain = pod([{ name: "c", image: "c" }], { volumes });
  expect(fargateRefusal(plain, () => ({ bound: true, driver: "efs.csi.aws.com" }))).toBeUndefined();
  expect(fargateRefusal(plain, () => ({ bound: true, driver: "ebs.csi.aws.com" }))).toContain("unsupported type");
});

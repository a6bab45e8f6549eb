// Misfortunes that last: while they do, the report says who isn't Ready and what AWS says; afterwards all is well again.
import { describe, it } from "vitest";
import { kubernetesOr } from "../../src/sandbox/kube/assets/testing.ts";
import { deployment, file, rehearseText } from "../helpers/rehearsal.ts";

const kubernetes = await kubernetesOr("1.36");

const cluster = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: shop, region: eu-central-1, version: "1.36" }
availabilityZones: [eu-central-1a, eu-central-1b]
managedNodeGroups:
  - { name: workers, instanceType: m5.large, desiredCapacity: 4, minSize: 2, maxSize: 6 }
  - { name: spot, instanceTypes: [m5.large, m5a.large], spot: true, desiredCapacity: 1, availabilityZones: [eu-central-1b] }
`;

describe.skipIf(kubernetes.skip)(kubernetes.skip ?? "a rehearsal with faults", () => {
  it(
    "outlives a lost zone, an AWS that throttles, one without capacity, and one that takes spot instances back",
    { timeout: 400_000 },
    async ({ expect }) => {
      const { text } = file(
        deployment("web", { replicas: 3 }),
        // Most pods are in this zone, so it is the one that is lost.
        deployment("pinned", { replicas: 21, pod: "nodeSelector: { topology.kubernetes.io/zone: eu-central-1a }" }),
      );
      const report = await rehearseText(cluster, text, {
        faults: ["az-outage", "throttling", "insufficient-capacity", "spot-interruption"],
        timeout: 180_000,
      });
      const said = (id: string): string => report.stages.find((stage) => stage.id === id)?.text ?? "";

      expect(said("fault-az-outage")).toMatch(
        /^eu-central-1a is lost with 2 of 5 nodes; meanwhile \d of 6 workloads are /,
      );
      expect(said("fault-az-outage")).toContain(
        "Auto Scaling says: We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-central-1a); eu-central-1a is back; ",
      );
      expect(said("fault-throttling")).toMatch(/^ip-\S+ is lost, and a plan under throttling has 0 steps; /);
      expect(said("fault-insufficient-capacity")).toMatch(
        /^ip-\S+ is lost, and EC2 has no other; meanwhile \d of 6 .*Auto Scaling says: We currently .* capacity .*; there is capacity again; /,
      );
      // The one that is on spot has its pods evicted, as far as budgets let them go in virtual minutes: how far that is,
      // is a matter of this machine's time.
      expect(said("fault-spot-interruption")).toMatch(/^ip-\S+ was interrupted, drained (in time|but for \d pods)\b/);
      for (const id of ["az-outage", "throttling", "insufficient-capacity", "spot-interruption"]) {
        expect(said(`fault-${id}`)).toMatch(/; 6 workloads on 5 nodes Ready after /);
      }
      expect([report.findings, report.outcome, report.leftovers]).toEqual([[], "passed", []]);
      const marks = report.timeline.marks.map(({ text: mark }) => mark);
      expect(marks).toEqual(expect.arrayContaining(["eu-central-1a is back", "there is capacity again"]));
    },
  );
});

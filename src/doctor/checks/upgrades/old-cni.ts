// LT-U021: The CNI is too old for the cluster.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { cniOf } from "../../objects/cni.ts";
import { ofObject } from "../../sight.ts";
import { isOlder, minorIn } from "../../versions.ts";

/** Oldest version of the CNI, by minor of Kubernetes; later minors as the last one. */
const oldestOf: Readonly<Record<number, string>> = {
  28: "1.13.4",
  29: "1.14.1",
  30: "1.16.0",
  31: "1.16.4",
  32: "1.17.1",
  33: "1.17.1",
};

/** The CNI is too old for the cluster. */
export const oldCni: Check = defineCheck({
  id: "LT-U021",
  title: "The CNI is too old for the cluster",
  area: "upgrades",
  severity: "error",
  why: "Each minor of Kubernetes has an oldest version of the VPC CNI that works with it: 1.17.1 for 1.32 and 1.33.",
  docs: "https://github.com/aws/amazon-vpc-cni-k8s",
  remedy: "Update the add-on vpc-cni, one minor at a time.",

  cluster: async (facts) => {
    const [cni, version] = await Promise.all([cniOf(facts), facts.version()]);
    if (!cni?.version) return [];
    const minor = Math.min(minorIn(version), 33);
    const oldest = oldestOf[minor];
    return ofObject(
      facts,
      cni.object,
      oldest !== undefined &&
        isOlder(cni.version, oldest) && {
          text: `vpc-cni ${cni.version} is older than ${oldest}, which Kubernetes ${version} needs`,
          evidence: { version: cni.version, oldest },
        },
    );
  },
});

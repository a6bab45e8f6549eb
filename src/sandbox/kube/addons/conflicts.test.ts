import { it } from "vitest";
import { KubeRefusal } from "../client.ts";
import { conflictingFields, conflictMessage, withoutFields } from "./conflicts.ts";

const daemonSet = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "aws-node", namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ name: "aws-node", env: [{ name: "WARM_ENI_TARGET", value: "1" }] }] } } },
};
const field = '.spec.template.spec.containers[name="aws-node"].env[name="WARM_ENI_TARGET"].value';

it("reads whose fields they are from the API server's words, for one and for several", ({ expect }) => {
  const one = `Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: ${field}`;
  expect(conflictingFields(new KubeRefusal(409, "Conflict", one))).toEqual([field]);
  const two = `Apply failed with 2 conflicts: conflicts with "kubectl-set" using apps/v1:\n- ${field}\n- .spec.replicas`;
  expect(conflictingFields(new KubeRefusal(409, "Conflict", two))).toEqual([field, ".spec.replicas"]);
  expect(conflictingFields(new KubeRefusal(404, "NotFound", "gone"))).toBeUndefined();
});

it("leaves a field out, wherever it is", ({ expect }) => {
  expect(withoutFields(daemonSet, [field]).spec).toEqual({
    template: { spec: { containers: [{ name: "aws-node", env: [{ name: "WARM_ENI_TARGET" }] }] } },
  });
  expect(withoutFields(daemonSet, [".spec.template", ".spec.nothing.here"]).spec).toEqual({});
});

it("says it as EKS does", ({ expect }) => {
  expect(conflictMessage(daemonSet, [field])).toBe(
    `Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts: DaemonSet.apps aws-node - ${field}`,
  );
});

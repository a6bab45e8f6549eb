// One stack per access entry: an IAM principal, the Kubernetes groups it is in, the policies it has.
import type { AccessEntry } from "../../config/index.ts";
import { toStack } from "../context.ts";
import type { Context } from "../context.ts";
import type { DesiredStack } from "../desired.ts";
import { stackNames } from "../names.ts";
import { defined, templateBuilder } from "../template.ts";

function accessEntryStack(context: Context, entry: AccessEntry, index: number): DesiredStack {
  const principalArn = entry.principalARN ?? "";
  const template = templateBuilder({});
  const policies = entry.accessPolicies?.map(({ policyARN = "", accessScope }) => ({
    AccessScope: defined({
      Namespaces: accessScope?.namespaces?.length ? accessScope.namespaces : undefined,
      Type: accessScope?.type,
    }),
    PolicyArn: policyARN,
  }));
  template.add("AccessEntry", "AWS::EKS::AccessEntry", {
    AccessPolicies: policies?.length ? policies : undefined,
    ClusterName: context.name,
    KubernetesGroups: entry.kubernetesGroups?.length ? entry.kubernetesGroups : undefined,
    PrincipalArn: principalArn,
    Type: entry.type || undefined,
    Username: entry.kubernetesUsername || undefined,
  });
  return toStack(context, {
    stackName: stackNames.accessEntry(context.name, principalArn),
    kind: "accessentry",
    name: principalArn,
    tags: [],
    template: template.build(),
    source: [["accessConfig", "accessEntries", index]],
    binder: context.bind(),
    dependsOn: [context.clusterStack],
  });
}

/** The stacks of `accessConfig.accessEntries`. */
export function accessEntryStacks(context: Context): DesiredStack[] {
  return (context.config.accessConfig?.accessEntries ?? []).map((entry, i) => accessEntryStack(context, entry, i));
}

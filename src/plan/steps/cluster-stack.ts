// The cluster stack. It is added to, as eksctl does it; whatever would replace the network or the control plane is refused.
import type { Draft, Planning } from "../planning.ts";
import { refuse } from "../planning.ts";
import { describeDifference, differences } from "../compare/differences.ts";
import { lineOf } from "./lines.ts";
import { stackStep } from "./stack.ts";

/** What may go when the file no longer asks for it: NAT gateways and what leads to them, rules for extra CIDRs. */
const removable = new Set([
  "AWS::EC2::NatGateway",
  "AWS::EC2::EIP",
  "AWS::EC2::Route",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::SecurityGroupEgress",
]);

/** Replacing these costs nothing but a moment: rules, routes, gateways. */
const replaceable = new Set([...removable, "AWS::EC2::SubnetRouteTableAssociation"]);

/** The step for the cluster stack. */
export function clusterStack(planning: Planning): Draft[] {
  const stack = planning.stacks.find(({ kind }) => kind === "cluster");
  if (!stack) return [];
  const step = stackStep(planning, stack, {
    phase: "cluster",
    keep: (id, template) => !removable.has(template.Resources[id]?.Type ?? ""),
    refuse: (changes) => {
      // What has been said of the network as a whole needn't be said of each of its parts.
      if (planning.refusals.length > 0) return;
      for (const change of changes) {
        if (change.effect !== "replaces" || change.action !== "modify" || replaceable.has(change.type)) continue;
        const [difference] = change.properties.flatMap(({ property, before, after }) =>
          differences(before, after, property),
        );
        refuse(
          planning,
          "plan/immutable",
          `${change.logicalId} (${change.type}) of a living cluster can't change${difference ? `: ${describeDifference(difference)}` : ""}`,
          lineOf(planning, ["vpc"], change.logicalId),
          "Take the change back, or make a new cluster beside this one",
        );
      }
    },
  });
  return step ? [step] : [];
}

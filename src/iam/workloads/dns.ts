// Workloads that write DNS records.
import type { Arns, PolicyScope, WorkloadDefinition } from "./definition.ts";
import { actionsOf, defineWorkload } from "./definition.ts";

const zones = ({ hostedZones = [] }: PolicyScope, arns: Arns): readonly string[] =>
  (hostedZones.length > 0 ? hostedZones : ["*"]).map((id) =>
    arns.bare("route53", `hostedzone/${id.replace(/^\/hostedzone\//, "")}`),
  );

/** https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/#iam-policy */
export const externalDns: WorkloadDefinition = defineWorkload({
  name: "external-dns",
  title: "ExternalDNS on Route 53",
  namespace: "external-dns",
  serviceAccount: "external-dns",
  narrowedBy: ["hostedZones"],
  statements: [
    {
      sid: "WriteRecords",
      reason: "records of services and ingresses, and the TXT records that say whose they are",
      actions: ["route53:ChangeResourceRecordSets"],
      resources: zones,
    },
    {
      sid: "ReadRecords",
      reason: "what is there, and the zone's tags where it is chosen by them",
      actions: actionsOf("route53", "ListResourceRecordSets ListTagsForResource ListTagsForResources"),
      resources: zones,
    },
    {
      sid: "FindZones",
      reason: "which zone a name belongs to; the list knows no resources",
      actions: actionsOf("route53", "ListHostedZones ListHostedZonesByName"),
    },
  ],
});

/** https://cert-manager.io/docs/configuration/acme/dns01/route53/ */
export const certManager: WorkloadDefinition = defineWorkload({
  name: "cert-manager",
  title: "cert-manager (DNS-01 challenges on Route 53)",
  namespace: "cert-manager",
  serviceAccount: "cert-manager",
  narrowedBy: ["hostedZones"],
  statements: [
    {
      sid: "WriteChallenges",
      reason: "a challenge is a TXT record; no other type is needed",
      actions: ["route53:ChangeResourceRecordSets"],
      resources: zones,
      condition: () => ({
        "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
        // ForAllValues alone holds for a request that has no such key.
        Null: { "route53:ChangeResourceRecordSetsRecordTypes": "false" },
      }),
    },
    {
      sid: "ReadRecords",
      reason: "finds the challenge again to remove it",
      actions: ["route53:ListResourceRecordSets"],
      resources: zones,
    },
    {
      sid: "WaitForChanges",
      reason: "a challenge counts once every name server has it",
      actions: ["route53:GetChange"],
      resources: (_, arns) => [arns.bare("route53", "change/*")],
    },
    {
      sid: "FindZone",
      reason: "which zone a name belongs to, where the issuer names none; the list knows no resources",
      actions: ["route53:ListHostedZonesByName"],
      when: ({ hostedZones = [] }) => hostedZones.length === 0,
    },
  ],
});

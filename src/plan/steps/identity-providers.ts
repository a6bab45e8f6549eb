// The OIDC provider by which people log in. EKS takes one a cluster and changes none: what differs is taken away and
// associated anew. https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html
import type { ListedIdentityProvider } from "../../access/index.ts";
import { tagKeys, type DesiredIdentityProvider } from "../../stacks/index.ts";
import { sameMeaning } from "../compare/canonical.ts";
import { shown } from "../compare/differences.ts";
import { draft, isWritten, refuse, why, type Draft, type Planning } from "../planning.ts";
import { tagDifference } from "./tags.ts";

/** Seconds that EKS takes to let a provider in, and as many to take it away (experience, inferred: AWS says "several minutes"). */
const seconds = 15 * 60;

const reading = ["eks:DescribeIdentityProviderConfig", "eks:DescribeUpdate", "eks:ListIdentityProviderConfigs"];
const making = [...reading, "eks:AssociateIdentityProviderConfig", "eks:TagResource"];
const taking = [...reading, "eks:DisassociateIdentityProviderConfig"];

/** What makes two providers different, and what EKS takes where nothing is said (API reference, OidcIdentityProviderConfigRequest). */
const traits: readonly [keyof DesiredIdentityProvider & keyof ListedIdentityProvider, string][] = [
  ["issuerURL", "issuer"],
  ["clientID", "client id"],
  ["usernameClaim", "claim of user names"],
  ["usernamePrefix", "prefix of user names"],
  ["groupsClaim", "claim of groups"],
  ["groupsPrefix", "prefix of groups"],
  ["requiredClaims", "required claims"],
];

function differences(want: DesiredIdentityProvider, have: ListedIdentityProvider): string[] {
  const presumed: Partial<Record<string, unknown>> = { usernameClaim: "sub", usernamePrefix: `${have.issuerURL}#` };
  return traits.flatMap(([trait, name]) => {
    const [wanted, existing] = [want[trait], have[trait]];
    if (sameMeaning(wanted ?? presumed[trait], existing ?? presumed[trait])) return [];
    return [`${name}: ${shown(existing)} → ${shown(wanted)}`];
  });
}

/** Made for this cluster's file: lotse tags what it makes. */
const isOurs = ({ name }: { name: string }, { tags }: ListedIdentityProvider): boolean =>
  tags?.[tagKeys.clusterName] === name;

function wanted(
  planning: Planning,
  object: DesiredIdentityProvider,
  living: readonly ListedIdentityProvider[],
): Draft[] {
  const line = object.source[0] ?? [];
  const base = {
    kind: "identityprovider" as const,
    name: object.name,
    phase: "login" as const,
    after: [...object.after],
  };
  const reasons = (code: string, ...texts: string[]): Draft["why"] =>
    texts.map((text) => why(planning, code, text, line));
  const make = (from: Pick<Draft, "why"> & Partial<Draft>): Draft[] => [
    draft({
      ...base,
      action: "create",
      duration: seconds,
      iamActions: making,
      work: { do: "associate-identity-provider", object },
      ...from,
    }),
  ];
  const replace = (instead: string, why: Draft["why"]): Draft[] =>
    make({
      why,
      action: "replace",
      effect: "replaces",
      duration: 2 * seconds,
      iamActions: [...making, ...taking],
      work: { do: "associate-identity-provider", object, instead },
    });
  const same = living.find(({ name }) => name === object.name);
  if (same && same.status !== "ACTIVE")
    return make({ why: reasons("plan/in-progress", `Identity provider ${object.name} is in ${same.status}`) });
  const [other] = living;
  if (!same && other) {
    const text = `The cluster has identity provider ${other.name} (${other.issuerURL}), and EKS takes one`;
    if (planning.prune || isOurs(planning.found, other)) return replace(other.name, reasons("plan/changed", text));
    const remedy = `--prune puts ${object.name} in its place; or lotse disassociate identityprovider --cluster ${planning.found.name} --name ${other.name} takes it away`;
    refuse(planning, "plan/other-provider", text, line, remedy);
    return [];
  }
  if (!same) return make({ why: reasons("plan/missing", `The cluster has no identity provider ${object.name}`) });
  const changes = differences(object, same);
  if (changes.length > 0)
    return replace(
      same.name,
      reasons("plan/changed", ...changes, "EKS changes no provider: whoever logs in by it is out meanwhile"),
    );
  const tags = tagDifference(same.tags ?? {}, object.tags, []);
  if (!tags) return [];
  return [
    draft({
      ...base,
      action: "update",
      why: tags.lines.map((text) => why(planning, "plan/changed", text, [...line, "tags"])),
      iamActions: ["eks:TagResource"],
      work: { do: "tag-resource", arn: same.arn, set: tags.set, remove: [] },
    }),
  ];
}

function unnamed(planning: Planning, { name, status, ...provider }: ListedIdentityProvider): Draft[] {
  if (status === "DELETING") return [];
  const text = `Identity provider ${name} (${provider.issuerURL}) isn't in the file`;
  const removable =
    isOurs(planning.found, { name, status, ...provider }) || isWritten(planning.cluster, ["identityProviders"]);
  if (!planning.prune || !removable) {
    const how = removable
      ? "--prune takes it down"
      : "and nothing shows that it ever was; with `identityProviders: []` in the file, --prune takes it down";
    planning.notes.push({ code: "plan/not-in-file", text: `${text}${removable ? ";" : ","} ${how}` });
    return [];
  }
  return [
    draft({
      kind: "identityprovider",
      name,
      action: "delete",
      effect: "interrupts",
      phase: "login",
      why: [{ code: "plan/removed", text: `${text}; whoever logs in by it is out` }],
      duration: seconds,
      iamActions: taking,
      work: { do: "disassociate-identity-provider", provider: name },
    }),
  ];
}

/** The steps about the provider that the file names, or no longer names. */
export function identityProviders(planning: Planning): Draft[] {
  const objects = planning.objects.aws.filter((object) => object.kind === "identity-provider");
  const living = planning.found.identityProviders;
  if (!living) {
    const text = `The caller may not see the cluster's identity providers (eks:ListIdentityProviderConfigs, eks:DescribeIdentityProviderConfig); they are left as they are`;
    if (objects.length > 0) planning.notes.push({ code: "plan/unseen", text });
    return [];
  }
  // The file has room for one, as EKS has: config refuses a second.
  const [object] = objects;
  return object ? wanted(planning, object, living) : living.flatMap((provider) => unnamed(planning, provider));
}

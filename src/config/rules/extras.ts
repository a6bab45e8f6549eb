// Capabilities, Karpenter, Flux, identity providers.
import { defineRule, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const capabilities: Rule = defineRule({
  code: "config/capability",
  severity: "error",
  demands: "A capability has a name of its own; ARGOCD says how people sign in; a role is given or made.",
  remedy: "See `lotse config explain capabilities`",
  *check({ config }) {
    const seen = new Set<string>();
    for (const [index, item] of (config.capabilities ?? []).entries()) {
      const path = ["capabilities", index];
      if (item.name && seen.has(item.name))
        yield { path: [...path, "name"], title: `capability ${JSON.stringify(item.name)} is not unique` };
      seen.add(item.name);
      if (item.type === "ARGOCD" && !item.configuration?.argocd)
        yield {
          path,
          title: "configuration.argocd is required for ARGOCD capability",
          remedy: "Add configuration.argocd.awsIdc.idcInstanceArn",
        };
      if (item.roleArn && (isSet(item.attachPolicy) || isSet(item.attachPolicyARNs)))
        yield {
          path: [...path, "roleArn"],
          title: "roleArn cannot be set with attachPolicy or attachPolicyARNs",
          remedy: "Keep the role or the policies",
        };
    }
  },
});

const karpenter: Rule = defineRule({
  code: "config/karpenter",
  severity: "error",
  demands: "Karpenter is 0.20.0 or newer, and needs the OIDC provider.",
  remedy: "Set iam.withOIDC: true and a current version",
  *check({ config }) {
    const version = config.karpenter?.version;
    if (!version) return;
    const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(version);
    if (!parts)
      yield { path: ["karpenter", "version"], title: `failed to parse Karpenter version ${JSON.stringify(version)}` };
    else if (Number(parts[1]) === 0 && Number(parts[2] ?? 0) < 20)
      yield { path: ["karpenter", "version"], title: `minimum supported version is 0.20.0, not ${version}` };
    if (!config.iam?.withOIDC) yield { path: ["karpenter"], title: "iam.withOIDC must be enabled with Karpenter" };
  },
});

const flux: Rule = defineRule({
  code: "config/flux",
  severity: "error",
  demands: "Flux gets flags for its bootstrap.",
  remedy: "Add the flags of `flux bootstrap`, such as owner and repository",
  *check({ config }) {
    const flags = config.gitops?.flux?.flags;
    if (flags && Object.keys(flags).length === 0)
      yield { path: ["gitops", "flux", "flags"], title: "gitops.flux.flags must be set" };
  },
});

const providers: Rule = defineRule({
  code: "config/identity-provider",
  severity: "error",
  demands: "EKS takes one identity provider, at an https address.",
  remedy: "Keep one provider",
  *check({ config }) {
    const items = config.identityProviders ?? [];
    if (items.length > 1)
      yield { path: ["identityProviders", 1], title: `${items.length} identity providers; EKS allows one per cluster` };
    for (const [index, item] of items.entries())
      if (item.issuerURL && !/^https:\/\/[^\s/?#]+/.test(item.issuerURL))
        yield {
          path: ["identityProviders", index, "issuerURL"],
          title: `issuerURL ${JSON.stringify(item.issuerURL)} must be an https:// address`,
          remedy: "Use the https:// address of the issuer",
        };
  },
});

export const extraRules: readonly Rule[] = [capabilities, karpenter, flux, providers];

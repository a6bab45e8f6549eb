// The aws-auth ConfigMap.
import { defineRule, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const identityMappings: Rule = defineRule({
  code: "config/identity-mapping",
  severity: "error",
  demands: "An identity mapping is one of three: an account, a service with its namespace, or an ARN.",
  remedy: "Use arn (with username, groups), or account alone, or serviceName with namespace",
  *check({ config }) {
    for (const [index, item] of (config.iamIdentityMappings ?? []).entries()) {
      const path = ["iamIdentityMappings", index];
      const person = item.arn || item.username || isSet(item.groups);
      if (item.account) {
        if (person || item.serviceName || item.namespace)
          yield { path: [...path, "account"], title: "account cannot be configured with any other options" };
      } else if (item.serviceName) {
        if (person)
          yield { path: [...path, "serviceName"], title: "cannot use arn, username, and groups with serviceName" };
        if (!item.namespace)
          yield { path: [...path, "serviceName"], title: "namespace is required when using serviceName" };
      } else if (item.namespace)
        yield { path: [...path, "namespace"], title: "serviceName is required when using namespace" };
      else if (!item.arn) yield { path, title: `iamIdentityMappings[${index}].arn must be set` };
    }
  },
});

const identityMappingsUnused: Rule = defineRule({
  code: "config/identity-mapping-unused",
  severity: "warning",
  demands: "The aws-auth ConfigMap is in use where the file writes to it.",
  remedy: "Use accessConfig.accessEntries, or authenticationMode API_AND_CONFIG_MAP",
  *check({ config }) {
    if (isSet(config.iamIdentityMappings) && config.accessConfig?.authenticationMode === "API")
      yield {
        path: ["iamIdentityMappings"],
        title: "authenticationMode API ignores the aws-auth ConfigMap, so iamIdentityMappings let nobody in",
      };
  },
});

export const identityMappingRules: readonly Rule[] = [identityMappings, identityMappingsUnused];

// Launch templates of the user's own beside other fields of a managed group.
import { defineRule, groupsOf, isSet } from "./rule.ts";
import type { Breach, Rule } from "./rule.ts";

const besideTemplate = [
  "instanceType",
  "ami",
  "volumeSize",
  "instanceName",
  "instancePrefix",
  "maxPodsPerNode",
  "preBootstrapCommands",
  "overrideBootstrapCommand",
  "placement",
] as const;

const launchTemplates: Rule = defineRule({
  code: "config/launch-template",
  severity: "error",
  demands: "A launch template of your own excludes the fields it stands for.",
  remedy: "Put the setting into the launch template",
  *check(context) {
    for (const { written, path } of groupsOf(context)) {
      const template = written.launchTemplate;
      if (!template) continue;
      const version = template.version;
      if (version !== undefined && !/^[+]?\d+$/.test(version))
        yield {
          path: [...path, "launchTemplate", "version"],
          title: `invalid launch template version: ${JSON.stringify(version)}`,
          remedy: 'Use a number in quotes: "3"',
        };
      else if (version && Number(version) < 1)
        yield {
          path: [...path, "launchTemplate", "version"],
          title: "launchTemplate.version must be >= 1",
          remedy: 'Use "1" or more',
        };
      const beside = (key: string): Breach => ({
        path: [...path, ...key.split(".")],
        title: `cannot set ${key} in managedNodeGroup when a launch template is supplied`,
      });
      for (const key of besideTemplate)
        if (isSet(written[key]) || (key === "overrideBootstrapCommand" && written[key] !== undefined))
          yield beside(key);
      if (written.ssh?.allow ?? (written.ssh?.publicKey || written.ssh?.publicKeyName || written.ssh?.publicKeyPath))
        yield beside("ssh");
      else if (isSet(written.ssh?.sourceSecurityGroupIds)) yield beside("ssh.sourceSecurityGroupIds");
      else if (written.ssh?.enableSsm) yield beside("ssh.enableSsm");
      if (isSet(written.securityGroups?.attachIDs)) yield beside("securityGroups.attachIDs");
      if (written.disableIMDSv1 === false) yield beside("disableIMDSv1");
      if (written.disablePodIMDS) yield beside("disablePodIMDS");
      for (const key of ["volumeName", "volumeEncrypted", "volumeKmsKeyID"] as const)
        if (isSet(written[key]) && written.volumeSize === undefined) yield beside(key);
    }
  },
});

const templateIgnores: Rule = defineRule({
  code: "config/launch-template-ignores",
  severity: "warning",
  demands: "Beside a launch template of your own nothing stands that it makes ineffective.",
  remedy: "Put the setting into the launch template",
  *check(context) {
    for (const { written, path } of groupsOf(context))
      for (const key of [
        "volumeType",
        "volumeIOPS",
        "volumeThroughput",
        "additionalVolumes",
        "ebsOptimized",
        "enableDetailedMonitoring",
        "efaEnabled",
        "bottlerocket",
        "capacityReservation",
      ] as const)
        if (written.launchTemplate && isSet(written[key]))
          yield { path: [...path, key], title: `${key} has no effect beside a launch template` };
  },
});

export const launchTemplateRules: readonly Rule[] = [launchTemplates, templateIgnores];

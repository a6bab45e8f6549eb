// Images of node groups: families, versions, custom AMIs.
import { isBottlerocket, isUbuntu, isWindows } from "../schema/ami-families.ts";
import { defineRule, groupsOf, isSet } from "./rule.ts";
import type { Rule } from "./rule.ts";

const al2: Rule = defineRule({
  code: "config/al2-ended",
  severity: "error",
  demands: "AmazonLinux2 ends with Kubernetes 1.32.",
  remedy: "Use amiFamily: AmazonLinux2023",
  *check(context) {
    const { version } = context.config.metadata;
    if (Number(/^1\.(\d+)$/.exec(version ?? "")?.[1] ?? 0) < 33) return;
    for (const { group, managed, path } of groupsOf(context))
      if (group.amiFamily === "AmazonLinux2" && !(managed && group.ami))
        yield {
          path: [...path, "amiFamily"],
          title: `AmazonLinux2 is not supported for Kubernetes version ${version}`,
        };
  },
});

/** First (and last) minor for which a family has images. */
const familyVersions: Readonly<Record<string, readonly [number, number]>> = {
  Ubuntu2004: [21, 29],
  UbuntuPro2004: [21, 29],
  Ubuntu2204: [29, 999],
  UbuntuPro2204: [29, 999],
  Ubuntu2404: [31, 999],
  UbuntuPro2404: [31, 999],
  Ubuntu2604: [35, 999],
  UbuntuPro2604: [35, 999],
  WindowsServer2025CoreContainer: [35, 999],
  WindowsServer2025FullContainer: [35, 999],
};

const familyVersion: Rule = defineRule({
  code: "config/ami-family-version",
  severity: "error",
  demands: "The AMI family has images for the Kubernetes version.",
  remedy: "Use another amiFamily or version",
  *check(context) {
    const { version } = context.config.metadata;
    const minor = Number(/^1\.(\d+)$/.exec(version ?? "")?.[1] ?? Number.NaN);
    for (const { group, path } of groupsOf(context)) {
      const [first, last] = familyVersions[group.amiFamily ?? ""] ?? [0, 999];
      if (!group.ami && (minor < first || minor > last))
        yield {
          path: [...path, "amiFamily"],
          title: `there are no ${group.amiFamily} images for Kubernetes ${version}`,
        };
    }
  },
});

const customImage: Rule = defineRule({
  code: "config/custom-ami",
  severity: "error",
  demands: "An image of your own says its family, and (but for AL2023, Bottlerocket, Windows) how a node joins.",
  remedy: "Add amiFamily, and overrideBootstrapCommand where it is needed",
  *check(context) {
    for (const { group, written, managed, kind, path } of groupsOf(context)) {
      const { ami } = group;
      if (!ami || group.launchTemplate) continue;
      const name = `${kind}[${path[1]}]`;
      const family = written.amiFamily;
      const keyword = !managed && (ami === "auto" || ami === "auto-ssm");
      if (!keyword && !ami.startsWith("ami-")) {
        yield {
          path: [...path, "ami"],
          title: `invalid AMI ${JSON.stringify(ami)} (${name}.ami)`,
          remedy: "Use an id that begins with ami-",
        };
        continue;
      }
      if (!family)
        yield { path: [...path, "ami"], title: "when using a custom AMI, amiFamily needs to be explicitly set" };
      if (managed && family && isWindows(family))
        yield {
          path: [...path, "amiFamily"],
          title: `cannot set amiFamily to ${family} when using a custom AMI for managed nodes`,
        };
      const joinsItself = family === "AmazonLinux2023" || isBottlerocket(family) || isWindows(family);
      if (family && !keyword && !joinsItself && group.overrideBootstrapCommand === undefined)
        yield {
          path: [...path, "ami"],
          title: `${name}.overrideBootstrapCommand is required when using a custom AMI based on ${family} (${name}.ami)`,
          remedy: `Add overrideBootstrapCommand, or remove ami for the newest ${isUbuntu(family) ? "Ubuntu" : "Amazon Linux"} image`,
        };
      for (const key of ["maxPodsPerNode", "releaseVersion"] as const)
        if (managed && isSet(group[key]))
          yield {
            path: [...path, key],
            title: `${name}.${key} is not supported when using a custom AMI (${name}.ami)`,
            remedy: `Remove ${key}`,
          };
    }
  },
});

export const nodeImageRules: readonly Rule[] = [al2, familyVersion, customImage];

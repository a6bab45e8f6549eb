// Name, region and Kubernetes version of the cluster.
import { eksRegions, eksVersions, minorOf, supportedVersions, versionStatus } from "../../facts/index.ts";
import { nearest } from "../check/nearest.ts";
import { defineRule } from "./rule.ts";
import type { Rule } from "./rule.ts";

const clusterName: Rule = defineRule({
  code: "config/cluster-name",
  severity: "error",
  demands:
    "The cluster's name holds letters, digits and dashes, doesn't begin with a dash, and has at most 100 characters.",
  remedy: "Use letters, digits and dashes, beginning with a letter",
  *check({ written }) {
    const name = written.metadata.name;
    if (!name) return;
    const path = ["metadata", "name"];
    const pattern = "[a-zA-Z][-a-zA-Z0-9]*";
    if (!/^[a-zA-Z0-9][-a-zA-Z0-9]*$/.test(name))
      yield {
        path,
        title: `validation for ${JSON.stringify(name)} failed, name must satisfy regular expression pattern: ${pattern}`,
      };
    else if (name.length > 100)
      yield { path, title: `metadata.name has ${name.length} characters; EKS allows 100`, remedy: "Shorten it" };
  },
});

const leadingDigit: Rule = defineRule({
  code: "config/cluster-name-digit",
  severity: "warning",
  demands: "The cluster's name begins with a letter.",
  remedy: "Begin the name with a letter: eksctl's documentation asks for it, and other tools refuse a digit",
  *check({ written }) {
    if (/^\d[-a-zA-Z0-9]*$/.test(written.metadata.name ?? ""))
      yield {
        path: ["metadata", "name"],
        title: `metadata.name ${JSON.stringify(written.metadata.name)} begins with a digit`,
      };
  },
});

const region: Rule = defineRule({
  code: "config/region",
  severity: "error",
  demands: "The region is one that eksctl knows.",
  remedy: "Use the name of an AWS region, such as eu-central-1",
  *check({ written }) {
    const name = written.metadata.region;
    if (!name || eksRegions.includes(name)) return;
    const near = nearest(name, eksRegions) ?? nearest(name.replace(/[a-z]$/, ""), eksRegions);
    yield {
      path: ["metadata", "region"],
      title: `region ${JSON.stringify(name)} is not supported`,
      ...(near ? { remedy: `Did you mean ${near}?`, data: { value: name, nearest: near } } : { data: { value: name } }),
    };
  },
});

/** Minors that may have come out since the table was made: one about every four months, and one announced. */
function newestPossible(today: string): number {
  const newest = eksVersions()[0];
  const days = newest ? (Date.parse(today) - Date.parse(newest.released)) / 86_400_000 : 0;
  return minorOf(newest?.version ?? "1.0") + 1 + Math.max(0, Math.floor(days / 110));
}

const version: Rule = defineRule({
  code: "config/version",
  severity: "error",
  demands: "The Kubernetes version is one that EKS offers today.",
  remedy: "Choose a supported version",
  *check({ config, today }) {
    const wanted = config.metadata.version ?? "";
    const status = versionStatus(wanted, today);
    const supported = supportedVersions(today).map((row) => row.version);
    const path = ["metadata", "version"];
    const remedy = `Use version: "${supported[0] ?? "1.34"}"`;
    const known = eksVersions().some((row) => row.version === wanted);
    const plausible = /^1\.\d+$/.test(wanted) && minorOf(wanted) <= newestPossible(today);
    if (status === "UNSUPPORTED" && (known || (/^1\.\d+$/.test(wanted) && plausible)))
      yield {
        path,
        title: `invalid version, ${wanted} is no longer supported, supported values: ${supported.join(", ")}`,
        remedy,
      };
    else if (status === "UNSUPPORTED" || (status === "UNKNOWN" && !plausible))
      yield {
        path,
        title: `invalid version ${JSON.stringify(wanted)}, supported values: ${supported.join(", ")}`,
        remedy,
      };
  },
});

const newVersion: Rule = defineRule({
  code: "config/version-unknown",
  severity: "warning",
  demands: "The Kubernetes version is in lotse's table.",
  remedy: "Update lotse if EKS offers it by now",
  *check({ config, today }) {
    const wanted = config.metadata.version ?? "";
    if (
      versionStatus(wanted, today) !== "UNKNOWN" ||
      !/^1\.\d+$/.test(wanted) ||
      minorOf(wanted) > newestPossible(today)
    )
      return;
    yield {
      path: ["metadata", "version"],
      title: `version ${wanted} is newer than lotse's table, which ends at ${eksVersions()[0]?.version}`,
    };
  },
});

const extendedSupport: Rule = defineRule({
  code: "config/version-extended",
  severity: "warning",
  demands: "The Kubernetes version is in standard support.",
  remedy: "Plan an upgrade: a version in extended support costs six times as much per cluster hour",
  *check({ written, config, today }) {
    const wanted = config.metadata.version ?? "";
    const row = eksVersions().find((candidate) => candidate.version === wanted);
    if (written.metadata.version && row && versionStatus(wanted, today) === "EXTENDED_SUPPORT")
      yield {
        path: ["metadata", "version"],
        title: `version ${wanted} left standard support on ${row.endOfStandardSupport}; extended support ends on ${row.endOfExtendedSupport}`,
      };
  },
});

export const metadataRules: readonly Rule[] = [clusterName, leadingDigit, region, version, newVersion, extendedSupport];

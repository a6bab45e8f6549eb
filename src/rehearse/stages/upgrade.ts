// One minor version further: control plane, add-ons and node groups by the product's own plan, and everything Ready after.
import { parseDocument } from "yaml";
import { isLotseError, LotseError, sleep } from "../../base/index.ts";
import { minorOf } from "../../facts/index.ts";
import type { Readiness } from "../ready.ts";
import { wantedNodes } from "../ready.ts";
import type { Rehearsal } from "../rehearsal.ts";
import type { Stage } from "../stage.ts";
import { carryOut } from "./carry-out.ts";
import { fileReadiness, readyText, waitFor } from "./workloads.ts";

/** The file as a person would write it for another version; comments and order stay, and so do further documents. */
export function withVersion(text: string, version: string): string {
  const [first = "", ...more] = text.split(/^(?=---\s*$)/m).reduce<string[]>((parts, part) => {
    // What stands above the first document (comments, its own marker) belongs to it.
    if (parts.length === 0 || !/^\s*\w/m.test((parts[0] ?? "").replaceAll(/^(#|---).*$/gm, "")))
      return [parts.join("") + part];
    return [...parts, part];
  }, []);
  const document = parseDocument(first);
  const known = document.getIn(["metadata", "version"], true) as { value?: unknown } | undefined;
  if (known && typeof known === "object" && "value" in known) known.value = version;
  else document.setIn(["metadata", "version"], version);
  return [document.toString({ lineWidth: 0, flowCollectionPadding: false }), ...more].join("");
}

/**
 * The minors from one to another, one at a time, as EKS takes them.
 *
 * @throws LotseError `rehearse/bad-version`
 */
export function versionsBetween(from: string, to: string): string[] {
  const [first, last] = [minorOf(from), minorOf(to)];
  if (!(last > first)) {
    throw new LotseError("rehearse/bad-version", {
      title: `${to} is no upgrade of Kubernetes ${from}`,
      remedy: `Give --upgrade-to a later minor, such as 1.${first + 1}.`,
    });
  }
  return Array.from({ length: last - first }, (_, i) => `1.${first + 1 + i}`);
}

/** `1.34` → `1.35`. */
export const nextVersion = (version: string): string => `1.${minorOf(version) + 1}`;

/** EKS says that it is done a moment before the last API server of the old version is gone. */
async function servedVersion(rehearsal: Rehearsal, version: string): Promise<string> {
  const { kube } = await rehearsal.kubernetes();
  for (const deadline = Date.now() + rehearsal.timeout; ;) {
    const { gitVersion } = await kube.version().catch((error: unknown) => {
      // It restarts.
      if (isLotseError(error) && error.code === "kube/unreachable") return { gitVersion: "" };
      throw error;
    });
    if (gitVersion.startsWith(`v${version}.`)) return gitVersion;
    if (Date.now() > deadline)
      throw new LotseError("rehearse/bad-version", {
        title: `The API server is ${gitVersion || "not reached"} after the upgrade to ${version}`,
      });
    await sleep(100, rehearsal.signal);
  }
}

/** Waits until all that the node groups want is there and Ready. */
async function settled(rehearsal: Rehearsal): Promise<Readiness> {
  const { config } = await rehearsal.cluster();
  return waitFor(rehearsal, { nodes: await wantedNodes(rehearsal, config.metadata.name) });
}

/**
 * Upgrades to one version: the control plane, then add-ons and managed node groups, also where the file says no versions
 * of theirs.
 */
export function upgradeStage(version: string): Stage {
  return {
    id: `upgrade-${version}`,
    title: `Upgrade to Kubernetes ${version}`,
    run: async (rehearsal, notes) => {
      rehearsal.text = withVersion(rehearsal.text, version);
      const texts: string[] = [];
      // The API server's programs need wall time for what EKS does in virtual time: nodes move when it is there again.
      const control = await carryOut(
        rehearsal,
        await rehearsal.planUpgrade({ controlPlane: { to: version } }),
        notes,
        "runSteps",
      );
      if (!control.ok) return control.text;
      if (rehearsal.missing === undefined) {
        texts.push(`the API server is ${await servedVersion(rehearsal, version)}`);
        await settled(rehearsal);
      }
      const all = ["*"];
      const rest = await rehearsal.planUpgrade({ addons: { names: all }, nodeGroups: { names: all } });
      const { ok, text } = await carryOut(rehearsal, rest, notes, "runSteps");
      texts.push(`add-ons and nodes: ${text}`);
      if (!ok || rehearsal.missing !== undefined) return texts.join("; ");
      const readiness = await settled(rehearsal);
      fileReadiness(readiness, notes);
      return [...texts, readyText(readiness)].join("; ");
    },
  };
}

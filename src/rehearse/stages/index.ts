// The stages that rehearsals are made of.
import { faultNamed } from "../faults/index.ts";
import type { Stage } from "../stage.ts";
import { destroyStage } from "./destroy.ts";
import { faultStage } from "./fault.ts";
import { upgradeStage } from "./upgrade.ts";
import { manifestsStage, readyStage } from "./workloads.ts";

/** By what they do; each runs on what the ones before have made. */
export const rehearsalStages: Readonly<{
  manifests: Stage;
  ready: Stage;
  upgrade(version: string): Stage;
  /** @throws LotseError `rehearse/unknown-fault` */
  fault(name: string): Stage;
  destroy(before: ReadonlySet<string>, report: (leftovers: string[]) => void): Stage;
}> = {
  manifests: manifestsStage,
  ready: readyStage,
  upgrade: upgradeStage,
  fault: (name) => faultStage(faultNamed(name), 1),
  destroy: destroyStage,
};

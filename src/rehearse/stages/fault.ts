// A fault, and whether everything comes back Ready.
import type { Fault } from "../faults/fault.ts";
import { wantedNodes } from "../ready.ts";
import { isNodeReady } from "../scene/objects.ts";
import type { Stage } from "../stage.ts";
import { fileReadiness, readyText, waitFor } from "./workloads.ts";

/** Lets it strike and waits. */
export function faultStage(fault: Fault, number: number): Stage {
  return {
    id: `fault-${fault.name}${number > 1 ? `-${number}` : ""}`,
    title: `Fault: ${fault.summary}`,
    run: async (rehearsal, notes) => {
      const { scene } = await rehearsal.kubernetes();
      const { config } = await rehearsal.cluster();
      const nodes = scene.all("nodes").filter(isNodeReady);
      const struck = await fault.strike(rehearsal, nodes);
      rehearsal.timeline.mark(struck.text);
      const said = [struck.text];
      if (struck.end) {
        const during = await waitFor(rehearsal, { nodes: 0, onlyLook: true });
        const text = `meanwhile ${during.ready.length} of ${during.ready.length + during.waiting.length} workloads are Ready`;
        notes.cases.push({ name: text, outcome: "passed" });
        const over = struck.end();
        rehearsal.timeline.mark(over);
        said.push(text, over);
      }
      const readiness = await waitFor(rehearsal, {
        nodes: await wantedNodes(rehearsal, config.metadata.name),
      });
      fileReadiness(readiness, notes);
      return `${said.join("; ")}; ${readyText(readiness)}`;
    },
  };
}

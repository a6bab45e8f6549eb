// A fault, and whether everything comes back Ready.
import type { Fault } from "../faults/fault.ts";
import type { Readiness } from "../ready.ts";
import { wantedNodes } from "../ready.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { isNodeReady } from "../scene/objects.ts";
import { standingName } from "../scene/workloads.ts";
import type { Notes, Stage } from "../stage.ts";
import { fileReadiness, readyText, waitFor } from "./workloads.ts";

/** What Auto Scaling couldn't do since then, in its own words, each once. */
function refusals({ account }: Rehearsal, since: number): string[] {
  const { Activities } = account<{
    Activities: { StatusCode: string; StatusMessage?: string; StartTime: Date }[];
  }>("auto-scaling", "DescribeScalingActivities", {});
  const failed = Activities.filter(
    ({ StatusCode, StartTime }) => StatusCode === "Failed" && StartTime.getTime() >= since,
  );
  // The first sentence says it; the others give advice for other zones.
  return [...new Set(failed.flatMap(({ StatusMessage }) => StatusMessage?.split(". ")[0] ?? []))];
}

/** How everything stands while it is in force: who isn't Ready, and why. */
function meanwhile({ ready, waiting }: Readiness, { cases }: Notes): string {
  for (const standing of ready) cases.push({ name: `meanwhile ${standingName(standing)}`, outcome: "passed" });
  for (const { standing, findings } of waiting) {
    const text = findings.map(({ title }) => title).join("\n");
    cases.push({ name: `meanwhile ${standingName(standing)} waits`, outcome: "passed", text });
  }
  const whole = `meanwhile ${ready.length} of ${ready.length + waiting.length} workloads are Ready`;
  const why = waiting.flatMap(({ findings: [first] }) => first?.title ?? []);
  return why.length === 0 ? whole : `${whole} (${why.join("; ")})`;
}

/** Lets it strike and waits. */
export function faultStage(fault: Fault, number: number): Stage {
  return {
    id: `fault-${fault.name}${number > 1 ? `-${number}` : ""}`,
    title: `Fault: ${fault.summary}`,
    run: async (rehearsal, notes) => {
      const { scene } = await rehearsal.kubernetes();
      const { config } = await rehearsal.cluster();
      const nodes = scene.all("nodes").filter(isNodeReady);
      const since = rehearsal.sandbox.clock.now();
      const struck = await fault.strike(rehearsal, nodes);
      rehearsal.timeline.mark(struck.text);
      const said = [struck.text];
      if (struck.end) {
        const during = await waitFor(rehearsal, { nodes: 0, onlyLook: true });
        said.push(meanwhile(during, notes));
        for (const text of refusals(rehearsal, since)) said.push(`Auto Scaling says: ${text}`);
        const over = struck.end();
        rehearsal.timeline.mark(over);
        said.push(over);
      }
      const readiness = await waitFor(rehearsal, {
        nodes: await wantedNodes(rehearsal, config.metadata.name),
      });
      fileReadiness(readiness, notes);
      return `${said.join("; ")}; ${readyText(readiness)}`;
    },
  };
}

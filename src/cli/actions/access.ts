// `lotse access list|graph`
import type { AccessOverview, Entrant, PodRole } from "../../lotse.ts";
import { accessOverview } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";
import type { Column } from "../render/table.ts";
import { tableLines } from "../render/table.ts";
import { paint } from "../render/style.ts";
import { filesOf } from "./files.ts";

async function overviewOf(invocation: Invocation): Promise<AccessOverview> {
  const files = await filesOf(invocation);
  if (files) return accessOverview.fromFiles(files);
  const { name, region } = await clusterNameOf(invocation, "name");
  return withAws(invocation, region, async (aws) => accessOverview.read(aws, name, Date.now()));
}

const rightText = ({ name, where }: Entrant["rights"][number]): string => `${name} (${where})`;

const people: readonly Column<Entrant>[] = [
  { title: "PRINCIPAL", value: ({ principal }) => principal },
  { title: "BY", value: ({ by }) => by },
  { title: "AS", value: ({ username }) => username, shrink: true },
  { title: "GROUPS", value: ({ groups }) => groups.join(","), shrink: true },
  { title: "MAY", value: ({ rights, problem }) => problem ?? rights.map(rightText).join(", "), wrap: true },
];

const pods: readonly Column<PodRole>[] = [
  { title: "SERVICE ACCOUNT", value: ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}` },
  { title: "PODS", value: ({ workloads }) => workloads.join(", "), shrink: true },
  { title: "ROLE", value: ({ roleArn }) => roleArn },
  { title: "BY", value: ({ by }) => by },
  { title: "GETS IT", value: ({ trusted }) => trusted },
  { title: "WHY", value: ({ why, trusted }) => (trusted === "yes" ? "" : why), wrap: true },
];

function tables({ terminal }: Invocation, overview: AccessOverview): string {
  const { stdout } = terminal;
  const { cluster, mode } = overview;
  const lines = [
    paint(stdout, "strong", `Who can enter ${cluster} (${mode})`),
    ...(overview.people.length > 0 ? tableLines(people, overview.people, stdout.columns) : ["nobody is named"]),
    "",
    paint(stdout, "strong", "Which pods can become which roles"),
    ...(overview.pods.length > 0 ? tableLines(pods, overview.pods, stdout.columns) : ["none"]),
    ...overview.notes.flatMap((note, i) => [...(i === 0 ? [""] : []), `note: ${note}`]),
  ];
  return `${lines.join("\n")}\n`;
}

const run: Action = async (invocation) => {
  const overview = await overviewOf(invocation);
  const format = invocation.options["output"];
  const { stdout } = invocation.terminal;
  if (format === "json" || format === "yaml") stdout.write(await renderData(overview, format));
  else if (format === "svg" || format === "html" || format === "dot")
    stdout.write(await accessOverview.draw(overview, format));
  else stdout.write(tables(invocation, overview));
  return exitCode.done;
};

/** `access list` */
export const list: Action = run;
/** `access graph` */
export const graph: Action = run;

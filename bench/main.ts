// `npm run bench [names…]`: runs the benchmarks, prints a table, and ends with 1 when a promise isn't kept.
import { bench as admission } from "./admission.ts";
import { bench as capacity } from "./capacity.ts";
import { bench as controlPlane } from "./control-plane.ts";
import { bench as controllers } from "./controllers.ts";
import { bench as doctor } from "./doctor.ts";
import { bench as doctorCluster } from "./doctor-cluster.ts";
import { bench as emulator } from "./emulator.ts";
import { bench as kubernetesScale } from "./kubernetes-scale.ts";
import { bench as lifecycle } from "./lifecycle.ts";
import { bench as memory } from "./memory.ts";
import { bench as metadataProxy } from "./metadata-proxy.ts";
import { bench as rehearsal } from "./rehearsal.ts";
import { bench as startup } from "./startup.ts";
import { bench as token } from "./token.ts";
import { bench as tokenReview } from "./token-review.ts";
import { holds, judged } from "./figure.ts";
import type { Figure } from "./figure.ts";

const benches = [
  startup,
  token,
  tokenReview,
  capacity,
  doctor,
  doctorCluster,
  controlPlane,
  lifecycle,
  rehearsal,
  memory,
  emulator,
  admission,
  metadataProxy,
  controllers,
  kubernetesScale,
];
const wanted = process.argv.slice(2);
const round = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function line(figure: Figure): string {
  const peer = figure.peer ? `${figure.peer.name} ${round(figure.peer.value)} · ratio ${round(judged(figure))}` : "";
  const { atMost, atLeast } = figure.bound;
  const bound = [atLeast === undefined ? "" : `≥ ${round(atLeast)}`, atMost === undefined ? "" : `≤ ${round(atMost)}`]
    .join(" ")
    .trim();
  const verdict = holds(figure) ? "✔" : "✖";
  return `${verdict} ${figure.name.padEnd(44)} ${`${round(figure.ours)} ${figure.unit}`.padStart(18)}  ${peer.padEnd(40)} ${bound}`;
}

let broken = 0;
for (const bench of benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n${bench.name}`);
  for await (const figure of bench.run()) {
    if (!holds(figure)) broken += 1;
    console.log(line(figure));
  }
}
console.log(broken === 0 ? "\nevery promise holds" : `\n${broken} promises do not hold`);
process.exitCode = broken === 0 ? 0 : 1;

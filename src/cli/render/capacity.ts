// How capacity looks: tables of types, bars of subnets, who holds which addresses.
import type {
  AddressUse,
  CapacityPlan,
  FittingType,
  MaxPods,
  PlannedGroup,
  PlannedSubnet,
  SpotGroup,
  SubnetTrend,
  SubnetUse,
} from "../../lotse.ts";
import type { Output } from "../command.ts";
import type { Meaning } from "./style.ts";
import { paint, symbols } from "./style.ts";
import type { Column } from "./table.ts";
import { tableLines, wrapped } from "./table.ts";

const usd = (value: number | null): string => (value === null ? "?" : `$${value.toFixed(3)}`);
const gibibytes = (mib: number): string => `${Math.round((mib / 1024) * 10) / 10} GiB`;

const podColumns: readonly Column<MaxPods>[] = [
  { title: "TYPE", value: ({ instanceType }) => instanceType },
  { title: "ADDRESSES BY", value: ({ mode }) => mode },
  { title: "VCPUS", value: ({ vcpus }) => vcpus ?? "?", align: "right" },
  { title: "INTERFACES", value: ({ enis }) => enis },
  { title: "ADDRESSES EACH", value: ({ addressesPerEni }) => addressesPerEni },
  { title: "LIMIT", value: ({ limit }) => limit },
  { title: "RECOMMENDED", value: ({ recommended }) => recommended },
];

/** Pods by type. */
export function podLines(rows: readonly MaxPods[], output: Output): string[] {
  return tableLines(podColumns, rows, output.columns);
}

const typeColumns: readonly Column<FittingType>[] = [
  { title: "TYPE", value: ({ instanceType }) => instanceType },
  { title: "ARCH", value: ({ arch }) => arch },
  { title: "VCPUS", value: ({ vcpus }) => vcpus },
  { title: "MEMORY", value: ({ memoryMiB }) => gibibytes(memoryMiB), align: "right" },
  { title: "PODS/NODE", value: ({ podsPerNode }) => podsPerNode },
  { title: "NODES", value: ({ nodes }) => nodes },
  { title: "BINDS", value: ({ binds }) => binds },
  { title: "EACH/H", value: ({ usdPerHour }) => usd(usdPerHour), align: "right" },
  { title: "ALL/H", value: ({ usdPerHourTotal }) => usd(usdPerHourTotal), align: "right" },
];

const pricesText = "Prices: on demand, us-east-1, Linux, 2026-07-20.";

/** Types that fit. */
export function instanceLines(rows: readonly FittingType[], output: Output): string[] {
  return [...tableLines(typeColumns, rows, output.columns), "", paint(output, "dim", pricesText)];
}

const spotColumns: readonly Column<SpotGroup>[] = [
  { title: "ARCH", value: ({ arch }) => arch },
  { title: "VCPUS", value: ({ vcpus }) => vcpus },
  { title: "MEMORY", value: ({ memoryMiB }) => gibibytes(memoryMiB), align: "right" },
  { title: "PODS/NODE", value: ({ podsPerNode }) => podsPerNode },
  { title: "NODES", value: ({ nodes }) => nodes },
  { title: "BINDS", value: ({ binds }) => binds },
  { title: "ALL/H", value: ({ usdPerHour }) => usd(usdPerHour), align: "right" },
  { title: "AT MOST/H", value: ({ usdPerHourAtMost }) => usd(usdPerHourAtMost), align: "right" },
  { title: "TYPES", value: ({ instanceTypes }) => instanceTypes.join(", "), wrap: true },
];

/** Groups for spot. */
export function spotLines(groups: readonly SpotGroup[], output: Output): string[] {
  const few = groups.some(({ diversified }) => !diversified)
    ? ["Groups of fewer than ten types are interrupted more often."]
    : [];
  const notes = [...few, `${pricesText} Spot is below.`].map((text) => paint(output, "dim", text));
  return [...tableLines(spotColumns, groups, output.columns), "", ...notes];
}

const groupColumns: readonly Column<PlannedGroup>[] = [
  { title: "GROUP", value: ({ name }) => name },
  { title: "TYPES", value: ({ instanceTypes }) => instanceTypes.join(","), shrink: true },
  { title: "NODES", value: ({ nodes }) => `${nodes.rest}…${nodes.maximum} +${nodes.surge}`, align: "right" },
  { title: "PODS/NODE", value: ({ podsPerNode }) => podsPerNode },
  { title: "BINDS", value: ({ binds }) => binds },
  { title: "ADDRESSES/NODE", value: ({ addressesPerNode: { idle, full } }) => `${idle}…${full}`, align: "right" },
];

const subnetColumns: readonly Column<PlannedSubnet>[] = [
  { title: "SUBNET", value: ({ name }) => name },
  { title: "BLOCK", value: ({ cidr }) => cidr ?? "?" },
  { title: "REST", value: ({ needs }) => needs.rest },
  { title: "MAX", value: ({ needs }) => needs.maximum },
  { title: "ROLLING", value: ({ needs }) => needs.rollingUpgrade },
  { title: "EKS", value: ({ needs }) => needs.controlPlane },
  { title: "LB", value: ({ needs }) => needs.loadBalancers },
  { title: "OTHER", value: ({ needs }) => needs.nat + needs.endpoints + needs.others + needs.churn },
  { title: "NEEDED", value: ({ needs }) => needs.total },
  { title: "OF", value: ({ usable }) => usable ?? "?", align: "right" },
  { title: "ENOUGH", value: ({ smallestPrefix }) => (smallestPrefix === null ? "none" : `/${smallestPrefix}`) },
];

const meanings: Readonly<Record<PlannedSubnet["verdict"], Meaning>> = {
  fits: "good",
  tight: "attention",
  "too small": "bad",
  unknown: "dim",
};

const barWidth = 40;

/** `██████▓▓░░░`: nodes at most, what the upgrade takes more, all else; dots are free. */
function bar(subnet: PlannedSubnet, narrow: boolean): string {
  const { needs, usable = needs.total } = subnet;
  const scale = barWidth / Math.max(usable, needs.total, 1);
  const nodes = Math.max(needs.maximum, needs.rest);
  const surge = Math.max(needs.rollingUpgrade - nodes, 0);
  const ends = [nodes, nodes + surge, needs.total, Math.max(usable, needs.total)].map((at) => Math.round(at * scale));
  const signs = narrow ? ["#", "+", "=", "."] : ["█", "▓", "▒", "·"];
  return ends.map((end, i) => (signs[i] ?? "").repeat(Math.max(end - (ends[i - 1] ?? 0), 0))).join("");
}

/** A capacity plan for people. */
export function planLines(
  plan: CapacityPlan,
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const narrow = symbols(env).done === "ok";
  const name = Math.max(0, ...plan.subnets.map((subnet) => subnet.name.length));
  const bars = plan.subnets.map((subnet) => {
    const share = subnet.usable === undefined ? "" : ` ${Math.ceil((100 * subnet.needs.total) / subnet.usable)} %`;
    return `${subnet.name.padEnd(name)}  ${paint(output, meanings[subnet.verdict], bar(subnet, narrow))} ${subnet.verdict}${share}`;
  });
  const signs = narrow
    ? "# nodes  + rolling upgrade  = EKS, load balancers, others  . free"
    : "█ nodes  ▓ rolling upgrade  ▒ EKS, load balancers, others  · free";
  const notes = plan.notes.flatMap(({ text, at }) => {
    const place = at?.line === undefined ? "" : ` (${at.file ?? ""}:${at.line})`;
    const [first = "", ...rest] = wrapped(`${text}${place}`, Math.max(24, output.columns - 5));
    return [`${paint(output, "attention", "note")} ${first}`, ...rest.map((line) => `     ${line}`)];
  });
  const size =
    plan.smallestPrefix === null ? "no size is enough" : `each subnet needs a /${plan.smallestPrefix} at least`;
  const verdict = plan.fits
    ? `${paint(output, "good", "fits")} ${plan.cluster}: ${plan.pods > 0 ? `up to ${plan.pods} pods; ` : ""}${size}`
    : `${paint(output, "bad", "does not fit")} ${plan.cluster}: ${size}`;
  return [
    ...(plan.groups.length > 0 ? [...tableLines(groupColumns, plan.groups, output.columns), ""] : []),
    ...tableLines(subnetColumns, plan.subnets, output.columns),
    "",
    ...bars,
    paint(output, "dim", signs),
    "",
    ...notes,
    verdict,
    ...(plan.vpc === null ? [] : ["", ...plan.vpc.trimEnd().split("\n")]),
  ];
}

interface UsedSubnet extends SubnetUse {
  planned?: PlannedSubnet;
}

const useColumns: readonly Column<UsedSubnet>[] = [
  { title: "SUBNET", value: ({ subnetId }) => subnetId },
  { title: "ZONE", value: ({ zone }) => zone },
  { title: "BLOCK", value: ({ cidr }) => cidr },
  { title: "FREE", value: ({ free }) => free },
  { title: "OF", value: ({ usable }) => usable },
  { title: "/28 FREE", value: ({ freePrefixes }) => freePrefixes },
  { title: "AT MOST", value: ({ planned }) => planned?.needs.total },
  { title: "VERDICT", value: ({ planned }) => planned?.verdict },
  { title: "HELD BY", value: ({ holders }) => heldBy(holders), wrap: true },
];

function heldBy(holders: SubnetUse["holders"]): string {
  const kinds = new Map<string, { addresses: number; count: number }>();
  for (const { kind, addresses } of holders) {
    const before = kinds.get(kind) ?? { addresses: 0, count: 0 };
    kinds.set(kind, { addresses: before.addresses + addresses, count: before.count + 1 });
  }
  return [...kinds]
    .map(([kind, { addresses, count }]) => `${addresses} ${kind}${count > 1 ? ` (${count})` : ""}`)
    .join(", ");
}

const trendText = ({ subnetId, perHour, hoursLeft }: SubnetTrend): string => {
  const rate = `${perHour > 0 ? "+" : ""}${perHour.toFixed(0)} addresses an hour`;
  return `${subnetId}: ${rate}${hoursLeft === null ? "" : `; none is left in ${hoursLeft.toFixed(1)} hours`}`;
};

/** Who holds the addresses of a living cluster, and what its groups may come to take. */
export function useLines(
  use: AddressUse,
  plan: CapacityPlan,
  trends: readonly SubnetTrend[],
  output: Output,
): string[] {
  const byName = new Map(plan.subnets.map((subnet) => [subnet.name, subnet]));
  const rows = use.subnets.map((subnet): UsedSubnet => {
    const planned = byName.get(subnet.subnetId);
    return { ...subnet, ...(planned ? { planned } : {}) };
  });
  const notes = plan.notes.map(({ text }) => `${paint(output, "attention", "note")} ${text}`);
  return [
    paint(output, "strong", `Addresses of ${use.cluster} (${use.vpcId}, ${use.region})`),
    ...tableLines(useColumns, rows, output.columns),
    ...(trends.length > 0 ? ["", ...trends.map(trendText)] : []),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ];
}

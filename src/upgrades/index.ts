// The way to newer versions of Kubernetes: EKS's calendar, what staying costs, and whether an upgrade is ready before it starts.
export { upgradeCodes } from "./errors.ts";
export type { Calendar, CalendarRow, DescribedVersion } from "./calendar/model.ts";
export { calendarOn, rowOf, standingOf } from "./calendar/model.ts";
export type { StayCost, SupportType } from "./calendar/cost.ts";
export { costOfStaying } from "./calendar/cost.ts";
export { calendarIcs } from "./calendar/ics.ts";
export { calendarSvg } from "./calendar/svg.ts";
export { readClusterVersions } from "./calendar/read.ts";
export type { AddonPlan } from "./judge/addons.ts";
export type { UnknownPart, UpgradeFinding, UpgradeReport } from "./judgement.ts";
export { judgeUpgrade } from "./judgement.ts";
export type { LivingSources, UpgradeQuestion } from "./read/world.ts";
export { readUpgradeWorld } from "./read/world.ts";
export { tried } from "./read/unread.ts";
export { targetOf } from "./versions.ts";
export type { ApiUse, Read, UpgradeWorld } from "./world.ts";

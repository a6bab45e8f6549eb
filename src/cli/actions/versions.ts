// `lotse versions`
import { LotseError } from "../../base/index.ts";
import type { Calendar } from "../../lotse.ts";
import { upgrades } from "../../lotse.ts";
import { today } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { dayIn } from "../target.ts";
import { renderData } from "../render/data.ts";
import { versionLines } from "../render/versions.ts";
import { textOption } from "./files.ts";

function dayOf(invocation: Invocation): string {
  const day = textOption(invocation, "on");
  if (day === undefined) return today();
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
  if (isDay && new Date(day).toISOString().startsWith(day)) return day;
  throw new LotseError("cli/usage", {
    title: `--on ${JSON.stringify(day)} is no day`,
    remedy: "Write it as 2027-03-01.",
  });
}

/** EKS is asked when somebody says where. */
async function calendarOf(invocation: Invocation): Promise<Calendar> {
  const { options } = invocation;
  const asks = ["region", "profile", "endpointUrl", "sandbox"].some((name) => options[name] !== undefined);
  if (!asks) return upgrades.calendar(dayOf(invocation));
  if (options["on"] !== undefined)
    throw new LotseError("cli/usage", {
      title: "EKS tells how its versions stand today, not on another day",
      remedy: "Give --on without --region, --profile, --endpoint-url and --sandbox.",
    });
  return withAws(invocation, undefined, async (aws, target) => upgrades.calendar(dayIn(target), aws));
}

/** `versions` */
export const versions: Action = async (invocation) => {
  const { options, terminal, env } = invocation;
  const calendar = await calendarOf(invocation);
  const format = String(options["output"]);
  if (format === "svg" || format === "ics") {
    terminal.stdout.write(await upgrades.draw(calendar, format));
    return exitCode.done;
  }
  const shown = calendar.versions.filter(({ status }) => options["all"] === true || status !== "UNSUPPORTED");
  const rows = await Promise.all(
    shown.map(async (row) => ({ ...row, cost: (await upgrades.cost(calendar, row.version)) ?? null })),
  );
  if (format === "json" || format === "yaml")
    terminal.stdout.write(await renderData({ ...calendar, versions: rows }, format));
  else terminal.stdout.write(`${versionLines(calendar, rows, terminal.stdout, env).join("\n")}\n`);
  return exitCode.done;
};

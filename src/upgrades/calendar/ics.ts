// The calendar for calendars: RFC 5545, one all-day event for each end of support.
import type { Calendar } from "./model.ts";

const compact = (day: string): string => day.replaceAll("-", "");
const escaped = (text: string): string => text.replaceAll(/[\\;,]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`);

/** The day after: ends of all-day events are exclusive. */
const next = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

/** Lines of more than 75 octets go on in the next one, after a space. The texts are ASCII. */
const folded = (line: string): string => line.match(/^.{1,75}|.{1,74}/g)?.join("\r\n ") ?? "";

/** As iCalendar text. Only versions whose support hasn't ended; the same versions give the same UIDs, so that a newer file replaces. */
export function calendarIcs(calendar: Calendar): string {
  const { today, asOf, versions } = calendar;
  const events = versions.flatMap(({ version, endOfStandardSupport, endOfExtendedSupport }) =>
    (
      [
        ["standard", endOfStandardSupport, `From now on it costs 0.60 USD an hour instead of 0.10.`],
        ["extended", endOfExtendedSupport, `EKS upgrades clusters that still have it by itself.`],
      ] as const
    ).flatMap(([name, day, what]) =>
      day === undefined || day < today
        ? []
        : [
            "BEGIN:VEVENT",
            `UID:eks-${version}-${name}@lotse.dev`,
            `DTSTAMP:${compact(asOf)}T000000Z`,
            `DTSTART;VALUE=DATE:${compact(day)}`,
            `DTEND;VALUE=DATE:${compact(next(day))}`,
            `SUMMARY:${escaped(`EKS ${version}: ${name} support ends`)}`,
            `DESCRIPTION:${escaped(`${what} As of ${asOf}.`)}`,
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
          ],
    ),
  );
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//lotse//EKS versions//EN", ...events, "END:VCALENDAR"];
  return `${lines.map(folded).join("\r\n")}\r\n`;
}

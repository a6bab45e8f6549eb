// When a recurring scheduled action acts next: five fields of cron in a time zone.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html

/** The minutes, hours … that an expression allows; `days` and `weekdays` are undefined when they are `*`. */
export interface Cron {
  minutes: readonly number[];
  hours: readonly number[];
  days: readonly number[] | undefined;
  months: readonly number[];
  weekdays: readonly number[] | undefined;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** Reads an expression; undefined when it is none. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  const read = [
    numbers(minute, 0, 59),
    numbers(hour, 0, 23),
    numbers(day, 1, 31),
    numbers(month, 1, 12, months, 1),
    numbers(weekday, 0, 7, weekdays, 0),
  ];
  if (read.includes(undefined)) return undefined;
  const [minutes, hours, days, allMonths, allWeekdays] = read as number[][] as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  return {
    minutes,
    hours,
    days: day === "*" ? undefined : days,
    months: allMonths,
    weekdays: weekday === "*" ? undefined : [...new Set(allWeekdays.map((one) => one % 7))],
  };
}

function numbers(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  first = 0,
): number[] | undefined {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, all, from = "", to, step] = match;
    const number = (text: string): number => {
      const at = names.indexOf(text.toUpperCase());
      return at < 0 ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : at + first;
    };
    const low = all === "*" ? least : number(from);
    const high = all === "*" ? most : to === undefined ? (step === undefined ? low : most) : number(to);
    const stride = step === undefined ? 1 : Number(step);
    if (!(low >= least && high <= most && low <= high && stride >= 1)) return undefined;
    for (let i = low; i <= high; i += stride) found.add(i);
  }
  return [...found].toSorted((a, b) => a - b);
}

const minute = 60_000;
const day = 1440 * minute;

/** Milliseconds by which a zone's clocks are ahead of UTC. */
function offset(at: number, timeZone: string): number {
  if (timeZone === "Etc/UTC" || timeZone === "UTC") return 0;
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return local - Math.floor(at / minute) * minute;
}

/** False of a name that the time zone database doesn't know. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    // RangeError is how Intl says so.
    return false;
  }
}

/** The 29th of February can be eight years away. */
const horizonDays = 8 * 366;

/** The first moment after `after` (epoch ms) that the expression names; undefined when there is none (30 February). */
export function nextTime(cron: Cron, after: number, timeZone = "Etc/UTC"): number | undefined {
  const localNow = after + offset(after, timeZone);
  const today = Math.floor(localNow / day) * day;
  for (let i = 0; i < horizonDays; i += 1) {
    const start = today + i * day;
    if (!isDay(cron, new Date(start))) continue;
    for (const hour of cron.hours) {
      for (const at of cron.minutes) {
        const local = start + (hour * 60 + at) * minute;
        const utc = local - offset(local - offset(local, timeZone), timeZone);
        if (utc > after) return utc;
      }
    }
  }
  return undefined;
}

/** A day of the month or a day of the week: where both are given, either will do. */
function isDay(cron: Cron, date: Date): boolean {
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const byDate = cron.days?.includes(date.getUTCDate());
  const byWeekday = cron.weekdays?.includes(date.getUTCDay());
  if (byDate === undefined) return byWeekday ?? true;
  return byDate || byWeekday === true;
}

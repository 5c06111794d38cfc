/** When a branch is closed. Weekdays are 1 Monday to 7 Sunday, days are YYYY-MM-DD. */
export type Calendar = { closedWeekdays: ReadonlySet<number>; closedDays: ReadonlySet<string> };

// Viet Nam keeps UTC+7 the whole year.
const zoneMs = 7 * 3_600_000;
const dayMs = 86_400_000;
// A house that is closed for a year on end has a calendar that somebody mistyped.
const searchDaysMax = 400;

/** The civil day in Viet Nam, YYYY-MM-DD. */
export const dayOf = (time: Date): string => new Date(time.getTime() + zoneMs).toISOString().slice(0, 10);

/**
 * When a loan is due: the end (23:59:59 in Viet Nam) of the day so many days on, or of the next day on which the branch is
 * open.
 */
export function dueAt(from: Date, days: number, calendar: Calendar): Date {
  return endOfDay(firstOpen(addDays(dayOf(from), days), calendar));
}

/** The end of the n-th day after today on which the branch is open. */
export function afterOpenDays(from: Date, openDays: number, calendar: Calendar): Date {
  let day = dayOf(from);
  for (let counted = 0; counted < openDays; counted += 1) day = firstOpen(addDays(day, 1), calendar);
  return endOfDay(day);
}

/** Whole days that have passed since the due day; 0 when it has not passed. */
export function daysLate(due: Date, now: Date): number {
  return Math.max(0, Math.round((Date.parse(dayOf(now)) - Date.parse(dayOf(due))) / dayMs));
}

function firstOpen(from: string, calendar: Calendar): string {
  let day = from;
  for (let searched = 0; searched < searchDaysMax; searched += 1) {
    if (!calendar.closedDays.has(day) && !calendar.closedWeekdays.has(weekdayOf(day))) return day;
    day = addDays(day, 1);
  }
  throw new Error(`The calendar has no open day within ${searchDaysMax} days after ${from}`);
}

const addDays = (day: string, days: number) => new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
const weekdayOf = (day: string) => new Date(day).getUTCDay() || 7;
const endOfDay = (day: string) => new Date(Date.parse(day) + dayMs - 1_000 - zoneMs);

/**
 * Dates, times and numbers as people write them, in Vietnam's time zone whatever the machine's.
 * Vietnamese: 1.284 · 23/11/2026 · 15:30 · "thứ Ba 24/11" within 14 days. English keeps the order of days and the 24 hours.
 */
export function formats(language: Language) {
  return {
    number: (value: number | bigint) => numbers[language].format(value),
    /** 23/11/2026 */
    day: (at: Date) => {
      const { year, month, day } = parts(at);
      return `${day}/${month}/${year}`;
    },
    /** "hôm nay", "ngày mai", "thứ Ba 24/11" within 14 days, else 23/12/2026. */
    nearDay: (at: Date, now: Date) => {
      const days = daysBetween(now, at);
      const { month, day, year, weekday } = parts(at);
      if (days === 0) return words[language].today;
      if (days === 1) return words[language].tomorrow;
      if (days === -1) return words[language].yesterday;
      // No break inside the pair: the name of a day stays with its date.
      if (Math.abs(days) <= 14) return `${words[language].weekdays[weekday]}\u00a0${day}/${month}`;
      return `${day}/${month}/${year}`;
    },
    /** 15:30 */
    time: (at: Date) => {
      const { hour, minute } = parts(at);
      return `${hour}:${minute}`;
    },
    /** The first letter large, for a word that stands alone. */
    capital: (text: string) => text.charAt(0).toLocaleUpperCase(locales[language]) + text.slice(1),
    bytes: (value: number | bigint) => {
      let size = Number(value);
      let step = 0;
      while (size >= 1000 && step < byteUnits.length - 1) {
        size /= 1000;
        step += 1;
      }
      const digits = step === 0 || size >= 100 ? 0 : 1;
      return `${size.toLocaleString(locales[language], { maximumFractionDigits: digits })}\u00a0${byteUnits[step]}`;
    },
  };
}

export type Language = "vi" | "en";

/** Calendar days from one moment to another as Vietnam counts them; negative when the second is earlier. */
export function daysBetween(from: Date, to: Date): number {
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}

const locales = { vi: "vi-VN", en: "en-GB" } as const;
const numbers = { vi: new Intl.NumberFormat("vi-VN"), en: new Intl.NumberFormat("en-GB") };
const byteUnits = ["B", "kB", "MB", "GB", "TB"];
const weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const words = {
  vi: {
    today: "hôm nay",
    tomorrow: "ngày mai",
    yesterday: "hôm qua",
    weekdays: ["Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"],
  },
  en: {
    today: "today",
    tomorrow: "tomorrow",
    yesterday: "yesterday",
    weekdays: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  },
};

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Ho_Chi_Minh",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  weekday: "short",
  hourCycle: "h23",
});

function parts(at: Date) {
  const found = Object.fromEntries(clock.formatToParts(at).map((part) => [part.type, part.value]));
  const { year = "", month = "", day = "", hour = "", minute = "" } = found;
  return { year, month, day, hour, minute, weekday: weekdayNames.indexOf(found.weekday ?? "") };
}

function midnight(at: Date): number {
  const { year, month, day } = parts(at);
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

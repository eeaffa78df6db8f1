import type { Language } from "@/i18n/language";

const two = (n: number) => String(n).padStart(2, "0");

/** `3:07`, or `1:03:07` from an hour on: a moment as players show it. */
export function clock(ms: number): string {
  const s = Math.floor(Math.max(ms, 0) / 1000);
  const tail = `${s >= 3600 ? two(Math.floor(s / 60) % 60) : Math.floor(s / 60)}:${two(s % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${tail}` : tail;
}

/** `03:07.4`: a moment as it is typed, to the tenth of a second. */
export function typed(ms: number): string {
  const tenths = Math.round(Math.max(ms, 0) / 100);
  const s = Math.floor(tenths / 10);
  const hours = s >= 3600 ? `${Math.floor(s / 3600)}:` : "";
  return `${hours}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${tenths % 10}`;
}

/** Return the milliseconds of what was typed (`1:03:07.45`, `63.2`, `3：07`); null: no time. */
export function parseTime(text: string): number | null {
  const plain = text.trim().replaceAll("：", ":").replaceAll("。", ".").replaceAll("．", ".");
  const found = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:\.\d{1,3})?)$/.exec(plain);
  if (!found) return null;
  const [, h = "0", m = "0", s = "0"] = found;
  if (plain.includes(":") && Number(s) >= 60) return null;
  return Math.round((Number(h) * 3600 + Number(m) * 60 + Number(s)) * 1000);
}

/** `2026年11月23日`, or `23 November 2026`. */
export function day(value: string | Date, language: Language): string {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(value));
}

/** `14:32`. */
export function hour(value: string | Date, language: Language): string {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(
    new Date(value),
  );
}

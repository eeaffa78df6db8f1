const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `1.4 TB`: a number of bytes as people read it, in thousands. */
export function bytes(count: number): string {
  let n = count;
  let unit = 0;
  while (n >= 999.5 && unit < UNITS.length - 1) {
    n /= 1000;
    unit += 1;
  }
  return `${unit && n < 10 ? n.toFixed(1) : Math.round(n)} ${UNITS[unit]}`;
}

/** How long something waits, in the largest unit that says enough: its text's key and number. */
export function waited(ms: number): { key: "now" | "minutes" | "hours" | "days"; count: number } {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return { key: "now", count: 0 };
  if (minutes < 120) return { key: "minutes", count: minutes };
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? { key: "hours", count: hours }
    : { key: "days", count: Math.floor(hours / 24) };
}

/** `734 MB`, `1.2 GB`: sizes as people compare them, in powers of ten. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A duration for a sentence: how many of which unit, rounded so that it does not flicker. */
export function roughly(seconds: number): { unit: "seconds" | "minutes" | "hours"; n: number } {
  if (seconds < 55) return { unit: "seconds", n: Math.max(5, Math.ceil(seconds / 5) * 5) };
  if (seconds < 90 * 60) return { unit: "minutes", n: Math.max(1, Math.round(seconds / 60)) };
  return { unit: "hours", n: Math.round(seconds / 360) / 10 };
}

/** `43%`, never 100 before it is over. */
export const percent = (share: number): string =>
  `${share >= 1 ? 100 : Math.min(99, Math.floor(share * 100))}%`;

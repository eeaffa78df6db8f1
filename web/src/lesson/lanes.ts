import type { Stretch } from "./selection";

/** Where something is drawn on a lane: percent of the whole, and which row of the lane. */
export interface Placed<Item> {
  item: Item;
  left: number;
  width: number;
  row: number;
}

/** No bar is narrower than this share of the window, so that it can be hit: 24 px of 1200. */
const NARROWEST = 0.02;

/**
 * Lay stretches out on as few rows as they need without covering each other.
 * `zoom` is how many times wider than the window the whole lane is.
 */
export function layOut<Item extends Stretch>(
  items: readonly Item[],
  duration_ms: number,
  zoom = 1,
): { placed: Placed<Item>[]; rows: number } {
  const least = (NARROWEST / zoom) * duration_ms;
  const ends: number[] = [];
  const placed = [...items]
    .sort((a, b) => a.start_ms - b.start_ms || b.end_ms - a.end_ms)
    .map((item) => {
      const shown = Math.max(item.end_ms - item.start_ms, least);
      const start = Math.min(item.start_ms, Math.max(duration_ms - shown, 0));
      let row = ends.findIndex((end) => end <= start + 0.5);
      if (row < 0) row = ends.push(0) - 1;
      ends[row] = start + shown;
      return {
        item,
        left: (100 * start) / Math.max(duration_ms, 1),
        width: (100 * Math.min(shown, duration_ms)) / Math.max(duration_ms, 1),
        row,
      };
    });
  return { placed, rows: Math.max(ends.length, 1) };
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900];

/** Return the moments that the ruler names, so that at least `room_px` lie between two. */
export function ticks(duration_ms: number, width_px: number, room_px = 70): number[] {
  if (duration_ms <= 0 || width_px <= 0) return [];
  const least = (room_px / width_px) * (duration_ms / 1000);
  const step = (STEPS_S.find((s) => s >= least) ?? 1800) * 1000;
  return Array.from({ length: Math.floor(duration_ms / step) + 1 }, (_, n) => n * step);
}

/** Return the moment under a point of the lane. */
export function momentAt(x_px: number, width_px: number, duration_ms: number): number {
  return (
    Math.round((Math.min(Math.max(x_px / Math.max(width_px, 1), 0), 1) * duration_ms) / 10) * 10
  );
}

/** Return where the next (or previous) begins from here; null where there is none. */
export function neighbour(
  items: readonly Stretch[],
  at_ms: number,
  direction: 1 | -1,
): number | null {
  const starts = items.map((item) => item.start_ms).sort((a, b) => a - b);
  return direction > 0
    ? (starts.find((start) => start > at_ms + 200) ?? null)
    : (starts.findLast((start) => start < at_ms - 1000) ?? null);
}

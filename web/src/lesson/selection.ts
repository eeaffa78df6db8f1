/** A stretch of the recording that somebody marks: whole milliseconds, half-open. */
export interface Stretch {
  start_ms: number;
  end_ms: number;
}

/** What is marked. One end may stand alone until the other is set. */
export interface Marked {
  start_ms: number | null;
  end_ms: number | null;
}

/** No stretch is shorter: below it nothing can be seen or heard. */
export const SHORTEST_MS = 500;

export const NOTHING: Marked = { start_ms: null, end_ms: null };

const within = (ms: number, duration_ms: number) =>
  Math.round(Math.min(Math.max(ms, 0), duration_ms));

/** Return both ends where both are set. */
export function stretchOf(marked: Marked): Stretch | null {
  const { start_ms, end_ms } = marked;
  return start_ms === null || end_ms === null ? null : { start_ms, end_ms };
}

/** Move the beginning; an end that would lie before it is let go. */
export function withStart(marked: Marked, at_ms: number, duration_ms: number): Marked {
  const start_ms = within(at_ms, Math.max(duration_ms - SHORTEST_MS, 0));
  const keeps = marked.end_ms !== null && marked.end_ms - start_ms >= SHORTEST_MS;
  return { start_ms, end_ms: keeps ? marked.end_ms : null };
}

/** Move the end; a beginning that would lie after it is let go. */
export function withEnd(marked: Marked, at_ms: number, duration_ms: number): Marked {
  const end_ms = within(Math.max(at_ms, SHORTEST_MS), duration_ms);
  const keeps = marked.start_ms !== null && end_ms - marked.start_ms >= SHORTEST_MS;
  return { start_ms: keeps ? marked.start_ms : null, end_ms };
}

/** Move one end by a little; it stops before it meets the other. */
export function nudged(
  marked: Marked,
  end: "start_ms" | "end_ms",
  by_ms: number,
  duration_ms: number,
): Marked {
  const now = marked[end];
  if (now === null) return marked;
  const other = marked[end === "start_ms" ? "end_ms" : "start_ms"];
  const low = end === "end_ms" ? (other ?? 0) + SHORTEST_MS : 0;
  const high = end === "start_ms" && other !== null ? other - SHORTEST_MS : duration_ms;
  return { ...marked, [end]: Math.round(Math.min(Math.max(now + by_ms, low), high)) };
}

/** Return the stretch between two moments in any order, as a drag gives them; null: a mere click. */
export function dragged(from_ms: number, to_ms: number, duration_ms: number): Stretch | null {
  const start_ms = within(Math.min(from_ms, to_ms), duration_ms);
  const end_ms = within(Math.max(from_ms, to_ms), duration_ms);
  return end_ms - start_ms < SHORTEST_MS ? null : { start_ms, end_ms };
}

/** A timed line with timed words, as far as marking needs it. */
interface Said extends Stretch {
  text: string;
  words?: readonly (Stretch & { text: string })[];
}

/** Return when the character at `offset` of a line is said. */
export function saidAt(line: Said, offset: number): number {
  let position = 0;
  for (const word of line.words ?? []) {
    const found = line.text.indexOf(word.text.trim(), position);
    if (found < 0) continue;
    position = found + word.text.trim().length;
    if (offset < position) {
      const share = Math.max(offset - found, 0) / Math.max(position - found, 1);
      return Math.round(word.start_ms + (word.end_ms - word.start_ms) * share);
    }
  }
  if (line.words?.length) return line.end_ms;
  const share = Math.min(offset / Math.max(line.text.length, 1), 1);
  return Math.round(line.start_ms + (line.end_ms - line.start_ms) * share);
}

/** Return the stretch of selected text: from a character of one line to one of the same or another. */
export function stretchOfText(
  first: Said,
  from: number,
  last: Said,
  to: number,
  duration_ms: number,
): Stretch | null {
  return dragged(saidAt(first, from), saidAt(last, to), duration_ms);
}

/** Return where playing begins so that the ear is ready: up to `roll_ms` before. */
export function preRoll(stretch: Stretch, roll_ms: number): number {
  return Math.max(stretch.start_ms - roll_ms, 0);
}

import { describe, expect, it } from "vitest";
import {
  dragged,
  NOTHING,
  nudged,
  preRoll,
  saidAt,
  stretchOf,
  stretchOfText,
  withEnd,
  withStart,
} from "./selection";

const LENGTH = 60_000;

describe("marking a stretch", () => {
  it("sets one end, then the other", () => {
    const begun = withStart(NOTHING, 5000, LENGTH);
    expect(stretchOf(begun)).toBeNull();
    expect(stretchOf(withEnd(begun, 9000, LENGTH))).toEqual({ start_ms: 5000, end_ms: 9000 });
  });

  it("lets go of an end that would lie on the wrong side", () => {
    const marked = { start_ms: 5000, end_ms: 9000 };
    expect(withStart(marked, 9200, LENGTH)).toEqual({ start_ms: 9200, end_ms: null });
    expect(withEnd(marked, 4000, LENGTH)).toEqual({ start_ms: null, end_ms: 4000 });
  });

  it("stays inside the recording and never becomes empty", () => {
    expect(withStart(NOTHING, 99_000, LENGTH).start_ms).toBe(59_500);
    expect(withEnd(NOTHING, 99_000, LENGTH).end_ms).toBe(60_000);
    const short = { start_ms: 1000, end_ms: 1600 };
    expect(nudged(short, "start_ms", 1000, LENGTH).start_ms).toBe(1100);
    expect(nudged(short, "end_ms", -1000, LENGTH).end_ms).toBe(1500);
    expect(nudged(short, "start_ms", -5000, LENGTH).start_ms).toBe(0);
  });

  it("takes a drag in both directions, and a click for a click", () => {
    expect(dragged(9000, 5000, LENGTH)).toEqual({ start_ms: 5000, end_ms: 9000 });
    expect(dragged(5000, 5100, LENGTH)).toBeNull();
  });

  it("hears when a character is said, with words and without", () => {
    const line = { start_ms: 1000, end_ms: 5000, text: "今天，学习" };
    expect(saidAt(line, 0)).toBe(1000);
    expect(saidAt(line, 5)).toBe(5000);
    const words = [
      { start_ms: 1000, end_ms: 2000, text: "今天，" },
      { start_ms: 4000, end_ms: 5000, text: "学习" },
    ];
    expect(saidAt({ ...line, words }, 3)).toBe(4000);
    expect(saidAt({ ...line, words }, 4)).toBe(4500);
    expect(stretchOfText({ ...line, words }, 0, { ...line, words }, 5, LENGTH)).toEqual({
      start_ms: 1000,
      end_ms: 5000,
    });
  });

  it("begins a little earlier, not before the recording", () => {
    expect(preRoll({ start_ms: 3000, end_ms: 4000 }, 2000)).toBe(1000);
    expect(preRoll({ start_ms: 500, end_ms: 4000 }, 2000)).toBe(0);
  });
});

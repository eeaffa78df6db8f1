import { describe, expect, it } from "vitest";
import { Heights, lineAt } from "./follow";

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ start_ms: n * 2000, end_ms: n * 2000 + 1800 }));

describe("following what is said", () => {
  it("finds the line of a moment, pauses included", () => {
    const said = lines(1200);
    expect(lineAt(said, -1)).toBe(-1);
    expect(lineAt(said, 0)).toBe(0);
    expect(lineAt(said, 1999)).toBe(0);
    expect(lineAt(said, 2000)).toBe(1);
    expect(lineAt(said, 9_999_999)).toBe(1199);
    expect(lineAt([], 5)).toBe(-1);
  });

  it("draws only what is seen, of 1,200 lines", () => {
    const heights = new Heights(
      lines(1200).map((_, n) => `${n}`),
      40,
    );
    expect(heights.total).toBe(48_000);
    const [first, last] = heights.window(20_000, 600);
    expect(first).toBe(494);
    expect(last - first).toBeLessThan(32);
    expect(heights.window(0, 600)[0]).toBe(0);
    expect(heights.window(48_000, 600)[1]).toBe(1200);
  });

  it("keeps its place when a row turns out higher than guessed", () => {
    const heights = new Heights(["a", "b", "c"], 40);
    expect(heights.measure("a", 64)).toBe(true);
    expect(heights.measure("a", 64.2)).toBe(false);
    expect([heights.top(1), heights.top(2), heights.total]).toEqual([64, 104, 144]);
    heights.replace(["z", "a", "b"]);
    expect([heights.top(1), heights.top(2)]).toEqual([40, 104]);
  });
});

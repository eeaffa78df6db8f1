import { describe, expect, it } from "vitest";
import { layOut, momentAt, neighbour, ticks } from "./lanes";

const span = (start_ms: number, end_ms: number) => ({ start_ms, end_ms });

describe("lanes", () => {
  it("let nothing cover anything else", () => {
    const { placed, rows } = layOut([span(0, 6000), span(5000, 9000), span(6000, 8000)], 10_000);
    expect(rows).toBe(2);
    expect(placed.map((p) => p.row)).toEqual([0, 1, 0]);
    expect(placed[1]).toMatchObject({ left: 50, width: 40 });
  });

  it("keep short things wide enough to be hit, also at the end of the lesson", () => {
    const { placed } = layOut([span(1_000_000, 1_000_400), span(2_699_900, 2_700_000)], 2_700_000);
    expect(placed[0]!.width).toBeCloseTo(2);
    expect(placed[1]!.left + placed[1]!.width).toBeCloseTo(100);
    expect(layOut([span(0, 400)], 2_700_000, 10).placed[0]!.width).toBeCloseTo(0.2);
  });

  it("have a ruler that can be read at each width", () => {
    expect(ticks(2_700_000, 1000)).toHaveLength(10);
    expect(ticks(10_000, 1000)[1]).toBe(1000);
    expect(ticks(0, 1000)).toEqual([]);
  });

  it("know the moment under the pointer, and the neighbours", () => {
    expect(momentAt(50, 200, 60_000)).toBe(15_000);
    expect(momentAt(-5, 200, 60_000)).toBe(0);
    const phases = [span(0, 5000), span(5000, 20_000), span(20_000, 30_000)];
    expect(neighbour(phases, 5000, 1)).toBe(20_000);
    expect(neighbour(phases, 5500, -1)).toBe(0);
    expect(neighbour(phases, 25_000, 1)).toBeNull();
  });
});

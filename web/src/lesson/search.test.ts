import { describe, expect, it } from "vitest";
import { findHits, pieces } from "./search";

const lines = [{ text: "打开 GeoGebra 看Ａ６的动画。" }, { text: "动画，动画！" }];

describe("search in the transcript", () => {
  it("folds width and case, and counts every place", () => {
    expect(findHits(lines, "geogebra")).toHaveLength(1);
    expect(findHits(lines, "a6")).toEqual([{ line: 0, start: 13, end: 15 }]);
    expect(findHits(lines, "动画")).toHaveLength(3);
    expect(findHits(lines, "  ")).toEqual([]);
  });

  it("marks what was found and loses no letter", () => {
    const hits = findHits(lines, "动画").filter((hit) => hit.line === 1);
    const parts = pieces(lines[1]!.text, hits);
    expect(parts.map((part) => part.text).join("")).toBe(lines[1]!.text);
    expect(parts.filter((part) => part.found)).toHaveLength(2);
  });
});

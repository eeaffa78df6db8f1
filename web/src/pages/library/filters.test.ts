import { describe, expect, it } from "vitest";
import { filtersOf, withFilter, withoutFilters } from "./filters";

describe("the filters of the library in the address", () => {
  it("are read from it, and what it does not know is left out", () => {
    expect(filtersOf({ subject: "数学", nonsense: "1", grade: "", state: ["a", "b"] })).toEqual({
      subject: "数学",
    });
  });
  it("are set one at a time and taken away by an empty value", () => {
    expect(withFilter({ q: "分数", grade: "五年级" }, "subject", "数学")).toEqual({
      q: "分数",
      grade: "五年级",
      subject: "数学",
    });
    expect(withFilter({ subject: "数学" }, "subject", "")).toEqual({});
  });
  it("are cleared without losing what is searched for", () => {
    expect(withoutFilters({ q: "分数", subject: "数学" })).toEqual({ q: "分数" });
  });
});

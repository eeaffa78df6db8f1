import { describe, expect, it } from "vitest";
import { lasting, standing } from "./work";

describe("steps at work as an operator reads them", () => {
  it("tells a dead worker before a step without progress", () => {
    expect(standing({ lost: true, hung: true })).toBe("lost");
    expect(standing({ lost: false, hung: true })).toBe("quiet");
    expect(standing({ lost: false, hung: false })).toBe("fine");
  });
  it("counts seconds while they matter", () => {
    expect(lasting(-5)).toEqual({ key: "seconds", count: 0 });
    expect(lasting(119_400)).toEqual({ key: "seconds", count: 119 });
    expect(lasting(120_000)).toEqual({ key: "minutes", count: 2 });
    expect(lasting(3 * 3_600_000)).toEqual({ key: "hours", count: 3 });
  });
});

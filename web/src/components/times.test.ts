import { describe, expect, it } from "vitest";
import { clock, parseTime, typed } from "./times";

describe("times", () => {
  it("are shown as players show them", () => {
    expect([0, 63_200, 3_787_000].map(clock)).toEqual(["0:00", "1:03", "1:03:07"]);
    expect([0, 63_249, 3_787_450].map(typed)).toEqual(["00:00.0", "01:03.2", "1:03:07.5"]);
  });

  it("are read back, full-width colons of an input method too", () => {
    expect(parseTime("1:03.2")).toBe(63_200);
    expect(parseTime("1：03：07.45")).toBe(3_787_450);
    expect(parseTime("63.2")).toBe(63_200);
    for (const text of ["", "1:72", "abc", "-5", "1:2:3:4"]) expect(parseTime(text)).toBeNull();
  });
});

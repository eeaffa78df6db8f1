import { describe, expect, it } from "vitest";
import { bytes, percent, roughly } from "./amounts";

describe("amounts", () => {
  it("are told in the unit that people compare", () => {
    expect([0, 999, 1000, 734_003_200, 1_240_000_000].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1 kB",
      "734 MB",
      "1.2 GB",
    ]);
  });

  it("are rough where they are estimates", () => {
    expect(roughly(2)).toEqual({ unit: "seconds", n: 5 });
    expect(roughly(61)).toEqual({ unit: "minutes", n: 1 });
    expect(roughly(60 * 60)).toEqual({ unit: "minutes", n: 60 });
    expect(roughly(9000)).toEqual({ unit: "hours", n: 2.5 });
  });

  it("are not complete before they are", () => {
    expect([0, 0.434, 0.9999, 1].map(percent)).toEqual(["0%", "43%", "99%", "100%"]);
  });
});

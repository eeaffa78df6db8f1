import { describe, expect, it } from "vitest";
import { bytes, waited } from "./sizes";

describe("sizes and waits as people read them", () => {
  it("names bytes in thousands", () => {
    expect([0, 999, 1500, 734_003_200, 999_600_000, 1_400_000_000_000].map(bytes)).toEqual([
      "0 B",
      "999 B",
      "1.5 kB",
      "734 MB",
      "1.0 GB",
      "1.4 TB",
    ]);
  });
  it("names a wait in the largest unit that says enough", () => {
    expect(waited(20_000).key).toBe("now");
    expect(waited(60 * 60_000)).toEqual({ key: "minutes", count: 60 });
    expect(waited(5 * 3_600_000)).toEqual({ key: "hours", count: 5 });
    expect(waited(72 * 3_600_000)).toEqual({ key: "days", count: 3 });
  });
});

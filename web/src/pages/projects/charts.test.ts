import { describe, expect, it } from "vitest";
import type { Noun } from "@/api/client";
import { dayCode, drawable, lastWeek, partsChart, percent, phaseOf, standings } from "./charts";

const tally: Noun<"Tally"> = {
  teachers: 12,
  waiting: 2,
  chosen: 10,
  partly: 3,
  submitted: 5,
  returned: 1,
  passed: 4,
  participation: 0.8333,
  submission: 0.4167,
  pass_rate: 0.3333,
};
const rows: Noun<"ProgressRow">[] = [
  { id: "a", name: "数学组", tally },
  { id: "b", name: "音乐组", tally: null },
];

describe("the charts of a project", () => {
  it("put each teacher into exactly one standing", () => {
    const counts = standings(tally);
    expect(counts).toEqual({ waiting: 2, chosen: 2, partly: 3, submitted: 1, passed: 4 });
    expect(Object.values(counts).reduce((a, b) => a + b)).toBe(tally.teachers);
  });
  it("draw no group whose numbers are kept back", () => {
    expect(drawable(rows).map((row) => row.name)).toEqual(["数学组"]);
    const option = partsChart(rows, (key) => key) as { yAxis: { data: string[] } };
    expect(option.yAxis.data).toEqual(["数学组"]);
  });
  it("carry patterns besides colours", () => {
    const option = partsChart(rows, (key) => key) as { aria: { decal: { show: boolean } } };
    expect(option.aria.decal.show).toBe(true);
  });
  it("show a rate with one digit, and none as a dash", () => {
    expect(percent(0.6667)).toBe("66.7%");
    expect(percent(null)).toBe("—");
  });
  it("count what was handed in within seven days", () => {
    const days = [
      { day: "2026-11-01", submitted: 4, together: 4 },
      { day: "2026-11-20", submitted: 2, together: 6 },
    ];
    expect(lastWeek(days, new Date("2026-11-25T08:00:00Z"))).toBe(2);
  });
  it("know which stage runs: its first and last day belong to it", () => {
    const stage = {
      name: "选点",
      aim: "choose" as const,
      begins_on: "2026-09-01",
      ends_on: "2026-09-30",
    };
    expect(phaseOf(stage, "2026-08-31")).toBe("later");
    expect(phaseOf(stage, "2026-09-30")).toBe("now");
    expect(phaseOf(stage, "2026-10-01")).toBe("past");
    expect(dayCode(new Date(2026, 8, 5))).toBe("2026-09-05");
  });
});

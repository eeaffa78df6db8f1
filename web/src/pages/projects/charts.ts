import type { EChartsCoreOption } from "echarts/core";
import type { Noun } from "@/api/client";

type Row = Noun<"ProgressRow">;
type Tally = Noun<"Tally">;
type Translate = (key: string) => string;

/** Standings in the order of progress; each teacher is in exactly one. */
export const STANDINGS = ["waiting", "chosen", "partly", "submitted", "passed"] as const;
export type Standing = (typeof STANDINGS)[number];
const COLOURS: Record<Standing, string> = {
  waiting: "#c3cad2",
  chosen: "#8eafdf",
  partly: "#d9a63c",
  submitted: "#1d5fbf",
  passed: "#1b7f4b",
};
const INK = "#333d4a";
// Named in full: words are measured with it before they are drawn.
const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const BAR = 38; // pixels of height for each bar
const FRAME = 110;

/** Return how many teachers stand where; they add up to all of them. */
export function standings(tally: Tally): Record<Standing, number> {
  const { teachers, waiting, partly, submitted, passed } = tally;
  return {
    waiting,
    chosen: teachers - waiting - partly - submitted,
    partly,
    submitted: submitted - passed,
    passed,
  };
}

/** What every chart has: patterns besides colours, words in the page's ink, a legend below. */
function frame(t: Translate, unit: string): EChartsCoreOption {
  return {
    aria: { enabled: true, decal: { show: true } },
    textStyle: { color: INK, fontFamily: FONT },
    animation: false,
    legend: {
      bottom: 0,
      itemGap: 14,
      textStyle: { color: INK, fontFamily: FONT },
      itemWidth: 22,
      itemHeight: 13,
    },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true },
    grid: { left: 8, right: 28, top: 8, bottom: 60, containLabel: true },
    xAxis: { type: "value", minInterval: 1, axisLabel: { color: INK }, name: t(unit), nameGap: 8 },
  };
}

/** Return the height in which so many bars can be read. */
export function barsHeight(count: number): number {
  return Math.max(200, count * BAR + FRAME);
}

/** Return the rows that may be drawn: a small group's numbers are not there. */
export function drawable(rows: readonly Row[]): (Row & { tally: Tally })[] {
  return rows.filter((row): row is Row & { tally: Tally } => row.tally != null);
}

/** Teachers by group or campus, as bars of standings. */
export function partsChart(rows: readonly Row[], t: Translate): EChartsCoreOption {
  const shown = drawable(rows);
  return {
    ...frame(t, "projects.charts.teachers"),
    yAxis: {
      type: "category",
      inverse: true,
      triggerEvent: true,
      axisLabel: { color: INK, width: 120, overflow: "break" },
      data: shown.map((row) => row.name || t("projects.charts.nobody")),
    },
    series: STANDINGS.map((standing) => ({
      type: "bar",
      stack: "all",
      name: t(`projects.standing.${standing}`),
      itemStyle: { color: COLOURS[standing] },
      barMaxWidth: 22,
      data: shown.map((row) => standings(row.tally)[standing]),
    })),
  };
}

/** Competencies: chosen by how many, and how many of them have come how far. */
export function pointsChart(
  rows: readonly Noun<"PointRow">[],
  name: (code: string) => string,
  t: Translate,
): EChartsCoreOption {
  const shown = rows.filter((row) => row.chosen != null);
  const bars = [
    ["chosenBy", "chosen", COLOURS.chosen],
    ["submittedSets", "submitted", COLOURS.submitted],
    ["passedSets", "passed", COLOURS.passed],
  ] as const;
  return {
    ...frame(t, "projects.charts.teachers"),
    yAxis: {
      type: "category",
      inverse: true,
      axisLabel: { color: INK, width: 120, overflow: "break", lineHeight: 15 },
      data: shown.map((row) => name(row.competency)),
    },
    series: bars.map(([label, field, color]) => ({
      type: "bar",
      name: t(`projects.table.${label}`),
      itemStyle: { color },
      barMaxWidth: 9,
      data: shown.map((row) => row[field] ?? 0),
    })),
  };
}

/** Evidence sets handed in, day by day and altogether. */
export function daysChart(rows: readonly Noun<"DayRow">[], t: Translate): EChartsCoreOption {
  return {
    ...frame(t, "projects.charts.sets"),
    xAxis: { type: "time", axisLabel: { color: INK, hideOverlap: true } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: INK } },
    series: [
      {
        type: "line",
        step: "end",
        name: t("projects.charts.together"),
        symbolSize: 7,
        lineStyle: { width: 2.5 },
        itemStyle: { color: COLOURS.submitted },
        areaStyle: { opacity: 0.12 },
        data: rows.map((row) => [row.day, row.together]),
      },
      {
        type: "bar",
        name: t("projects.charts.daily"),
        itemStyle: { color: COLOURS.partly },
        barMaxWidth: 12,
        data: rows.map((row) => [row.day, row.submitted]),
      },
    ],
  };
}

/** `66.7%`; a dash where there is no rate. */
export function percent(rate: number | null | undefined): string {
  return rate == null ? "—" : `${(rate * 100).toFixed(1)}%`;
}

/** Return how many sets were handed in within the last seven days. */
export function lastWeek(rows: readonly Noun<"DayRow">[], today: Date): number {
  const begin = new Date(today.getTime() - 7 * 86_400_000);
  return rows.reduce((sum, row) => sum + (new Date(row.day) > begin ? row.submitted : 0), 0);
}

/** Whether a stage runs on a day, is over, or has not begun. */
export function phaseOf(stage: Noun<"Stage">, today: string): "now" | "past" | "later" {
  if (stage.ends_on < today) return "past";
  return stage.begins_on > today ? "later" : "now";
}

/** `2026-11-25`: a day as the API writes it, in the time of this machine. */
export function dayCode(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

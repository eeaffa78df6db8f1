import { describe, expect, it } from "vitest";
import type { Noun } from "@/api/client";
import { answeredBy, clipRule, confidence, findCompetencies, momentsOf, setOf } from "./points";

type Suggestion = Noun<"KeptSuggestion">;

const moment = (id: string, start_ms: number, score: number, more: Partial<Suggestion> = {}) =>
  ({
    id,
    start_ms,
    end_ms: start_ms + 10_000,
    score,
    competency: "A6",
    state: "proposed",
    ...more,
  }) as Suggestion;
const rule = (kind: string) => ({ kind, format: "document", status: "source", must_show: [] });

describe("my points", () => {
  it("show the best moments, none of them twice", () => {
    const all = [
      moment("low", 100_000, 0.3),
      moment("best", 0, 0.9),
      moment("same", 2000, 0.8),
      moment("aside", 50_000, 1, { state: "dismissed" }),
      moment("taken", 80_000, 0.1, { state: "accepted" }),
      moment("other", 200_000, 1, { competency: "B5" }),
    ];
    expect(momentsOf(all, "A6").map((m) => m.id)).toEqual(["taken", "best", "low"]);
  });

  it("say in words how sure the machine is", () => {
    expect([0.9, 0.5, 0.1].map(confidence)).toEqual(["high", "medium", "low"]);
  });

  it("know how each piece of evidence is given", () => {
    const kinds = ["classroom_clip", "teaching_reflection", "lesson_plan"];
    expect(kinds.map((kind) => answeredBy(rule(kind)))).toEqual(["clip", "reflection", "document"]);
    expect(clipRule({ rules: [rule("lesson_plan"), rule("lesson_clip")] })).toBe("lesson_clip");
    expect(clipRule({ rules: [] })).toBe("classroom_clip");
  });

  it("put a clip into the open set of this lesson", () => {
    const set = (id: string, state: string, lesson_id: string) =>
      ({ id, state, lesson_id, competency: "A6" }) as Noun<"KeptEvidenceSet">;
    const sets = [set("new", "submitted", "L"), set("open", "draft", "L"), set("x", "draft", "M")];
    expect(setOf(sets, "A6", "L")?.id).toBe("open");
    expect(setOf(sets.slice(0, 1), "A6", "L")?.id).toBe("new");
    expect(setOf(sets, "B5", "L")).toBeUndefined();
  });

  it("are found by code, name and initials", () => {
    const one = (code: string, name_zh: string, name_en: string, initials: string) =>
      ({ code, name_zh, name_en, initials }) as Parameters<typeof findCompetencies>[0][number];
    const all = [
      one("A5", "技术支持的课堂导入", "Lead-in", "jszcdktdr"),
      one("A6", "技术支持的课堂讲授", "Exposition", "jszcdktjs"),
      one("B5", "学习小组组织与管理", "Groups", "xxxzzzygl"),
    ];
    const codes = (words: string, recent: string[] = []) =>
      findCompetencies(all, words, recent).map((found) => found.code);
    expect(codes("a6")).toEqual(["A6"]);
    expect(codes("小组")).toEqual(["B5"]);
    expect(codes("ktdr")).toEqual(["A5"]);
    expect(codes("expo")).toEqual(["A6"]);
    expect(codes("", ["B5"])).toEqual(["B5", "A5", "A6"]);
    expect(codes("zzz9")).toEqual([]);
  });
});

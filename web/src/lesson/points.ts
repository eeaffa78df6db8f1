import type { Noun } from "@/api/client";

type Competency = Noun<"Competency">;
type EvidenceRule = Noun<"EvidenceRule">;
type Suggestion = Noun<"KeptSuggestion">;
type EvidenceSet = Noun<"KeptEvidenceSet">;

/** How many moments are shown for a point before somebody asks for more. */
export const BEST = 3;

/** A moment is another one only when less than half of the shorter is shared. */
function same(a: Suggestion, b: Suggestion): boolean {
  const shared = Math.min(a.end_ms, b.end_ms) - Math.max(a.start_ms, b.start_ms);
  return shared > Math.min(a.end_ms - a.start_ms, b.end_ms - b.start_ms) / 2;
}

/**
 * Return the moments of one point, the best first, each of them another moment of the lesson;
 * those that were accepted always, those put aside never.
 */
export function momentsOf(suggestions: readonly Suggestion[], code: string): Suggestion[] {
  const open = suggestions.filter((s) => s.competency === code && s.state !== "dismissed");
  const sorted = open.sort(
    (a, b) => Number(b.state === "accepted") - Number(a.state === "accepted") || b.score - a.score,
  );
  const chosen: Suggestion[] = [];
  for (const moment of sorted)
    if (moment.state === "accepted" || !chosen.some((other) => same(other, moment)))
      chosen.push(moment);
  return chosen;
}

/** How sure the machine is, in words: a number would pretend to more than there is. */
export function confidence(score: number): "high" | "medium" | "low" {
  return score >= 0.66 ? "high" : score >= 0.4 ? "medium" : "low";
}

/** How an evidence rule is answered: by a clip of the lesson, by words, or by a file. */
export function answeredBy(rule: EvidenceRule): "clip" | "reflection" | "document" {
  if (rule.kind.includes("clip")) return "clip";
  return rule.kind.includes("reflection") ? "reflection" : "document";
}

/** Return the rule that a clip answers: the framework's own, else evidence besides its list. */
export function clipRule(set: Pick<EvidenceSet, "rules">): string {
  return set.rules.find((rule) => answeredBy(rule) === "clip")?.kind ?? "classroom_clip";
}

/** Return the set of a point that a new clip belongs to: the open one of this lesson first. */
export function setOf(
  sets: readonly EvidenceSet[],
  code: string,
  lessonId: string,
): EvidenceSet | undefined {
  const own = sets.filter((set) => set.competency === code);
  const here = own.filter((set) => set.lesson_id === lessonId);
  const open = (set: EvidenceSet) => set.state === "draft" || set.state === "returned";
  return here.find(open) ?? here[0];
}

/** A competency with the initials of its name's reading, where the server gives them. */
export type Listed = Competency & { initials?: string };

/** Find competencies by code, name or the initials of its reading (kczr → 课堂导入). */
export function findCompetencies(
  all: readonly Listed[],
  words: string,
  recent: readonly string[] = [],
): Listed[] {
  const wanted = words.trim().normalize("NFKC").toLowerCase();
  const rank = (one: Listed): number => {
    if (!wanted) return recent.includes(one.code) ? recent.indexOf(one.code) : 1000;
    const code = one.code.toLowerCase();
    if (code === wanted) return 0;
    if (code.startsWith(wanted)) return 1;
    if (one.name_zh.includes(words.trim())) return 2;
    if (one.initials?.includes(wanted)) return 3;
    return one.name_en.toLowerCase().includes(wanted) ? 4 : -1;
  };
  return all
    .map((one, place) => ({ one, place, rank: rank(one) }))
    .filter((found) => found.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map((found) => found.one);
}

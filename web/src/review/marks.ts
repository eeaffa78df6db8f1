import type { Noun } from "@/api/client";

export type Rubric = Noun<"Rubric">;
export type Mark = Noun<"Mark">;

/** Return the marks with one level more, or another one; the reason stays. */
export function marked(marks: readonly Mark[], requirement: string, level: string): Mark[] {
  const known = marks.find((mark) => mark.requirement === requirement);
  const rest = marks.filter((mark) => mark.requirement !== requirement);
  return [...rest, { requirement, level, note: known?.note ?? "" }];
}

/** Return the marks with the reason for one of them. */
export function noted(marks: readonly Mark[], requirement: string, note: string): Mark[] {
  return marks.map((mark) => (mark.requirement === requirement ? { ...mark, note } : mark));
}

/** Return the first item without a mark after `requirement`, else the first of all; null: none. */
export function nextOpen(
  rubric: Rubric,
  marks: readonly Mark[],
  requirement?: string,
): string | null {
  const given = new Set(marks.map((mark) => mark.requirement));
  const all = rubric.criteria.map((criterion) => criterion.requirement);
  const at = requirement ? all.indexOf(requirement) + 1 : 0;
  return [...all.slice(at), ...all.slice(0, at)].find((one) => !given.has(one)) ?? null;
}

/** Why a review can't be submitted yet: items without a level, lowest levels without a reason. */
export function lacking(
  rubric: Rubric,
  marks: readonly Mark[],
): { open: string[]; unsaid: string[] } {
  const given = new Map(marks.map((mark) => [mark.requirement, mark]));
  const lowest = (requirement: string) =>
    rubric.criteria.find((one) => one.requirement === requirement)?.levels.at(-1)?.code;
  return {
    open: rubric.criteria.map((one) => one.requirement).filter((one) => !given.has(one)),
    unsaid: marks
      .filter((mark) => mark.level === lowest(mark.requirement) && !mark.note?.trim())
      .map((mark) => mark.requirement),
  };
}

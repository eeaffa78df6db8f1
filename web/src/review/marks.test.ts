import { describe, expect, it } from "vitest";
import { lacking, marked, nextOpen, noted, type Rubric } from "./marks";

const levels = ["excellent", "pass", "fail"].map((code) => ({ code }));
const rubric = {
  criteria: ["plan", "clip", "reflection"].map((requirement) => ({ requirement, levels })),
} as unknown as Rubric;

describe("marks", () => {
  it("are one for each item, and keep their reason", () => {
    const once = noted(marked([], "clip", "fail"), "clip", "太短");
    expect(marked(once, "clip", "pass")).toEqual([
      { requirement: "clip", level: "pass", note: "太短" },
    ]);
  });

  it("lead on to the next item that is open", () => {
    const one = marked([], "clip", "pass");
    expect(nextOpen(rubric, [])).toBe("plan");
    expect(nextOpen(rubric, one, "clip")).toBe("reflection");
    expect(nextOpen(rubric, marked(one, "reflection", "pass"), "reflection")).toBe("plan");
    const all = ["plan", "clip", "reflection"].map((r) => marked([], r, "pass")[0]!);
    expect(nextOpen(rubric, all, "plan")).toBeNull();
  });

  it("say what is lacking before they can be submitted", () => {
    const some = [...marked([], "clip", "fail"), ...marked([], "plan", "pass")];
    expect(lacking(rubric, some)).toEqual({ open: ["reflection"], unsaid: ["clip"] });
    expect(lacking(rubric, noted(some, "clip", "看不到学生"))).toEqual({
      open: ["reflection"],
      unsaid: [],
    });
  });
});

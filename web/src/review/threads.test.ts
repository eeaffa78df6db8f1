import { describe, expect, it } from "vitest";
import { isOutside, mentionBegun, mentionsIn, threadsOf, when, wordsChanged } from "./threads";
import type { Anchor, Comment } from "./threads";

const anchor = (start_ms: number, end_ms: number | null = null, more: Partial<Anchor> = {}) =>
  ({ start_ms, end_ms, text: "", quote: "", first: null, last: null, ...more }) as Anchor;
const comment = (id: string, more: Partial<Comment> = {}) =>
  ({ id, text: id, thread_id: null, anchor: null, ...more }) as Comment;

describe("threads", () => {
  it("stand in order of time, what is about the whole first", () => {
    const threads = threadsOf([
      comment("a", { anchor: anchor(9000) }),
      comment("b", { anchor: anchor(3000) }),
      comment("c", { thread_id: "a" }),
      comment("d"),
      comment("e", { thread_id: "gone" }),
    ]);
    expect(threads.map((t) => [t.first.id, t.answers.map((a) => a.id)])).toEqual([
      ["d", []],
      ["b", []],
      ["a", ["c"]],
    ]);
  });

  it("say where they are pinned", () => {
    expect(when(anchor(187_400))).toBe("3:07");
    expect(when(anchor(187_000, 195_000))).toBe("3:07–3:15");
  });

  it("say that a clip shows the moment no more", () => {
    const clip = { start_ms: 2000, end_ms: 6000 };
    expect(isOutside(anchor(1000), clip)).toBe(true);
    expect(isOutside(anchor(1000, 2500), clip)).toBe(false);
    expect(isOutside(anchor(6000), clip)).toBe(true);
    expect(isOutside(null, clip)).toBe(false);
    expect(isOutside(anchor(1), undefined)).toBe(false);
  });

  it("say that the words have changed", () => {
    const pin = { utterance_id: "u", offset: 0 };
    expect(wordsChanged(anchor(0))).toBeNull();
    expect(wordsChanged(anchor(0, null, { quote: "甲", text: "甲", first: pin }))).toBeNull();
    expect(wordsChanged(anchor(0, null, { quote: "甲", text: "乙", first: pin }))).toBe("changed");
    expect(wordsChanged(anchor(0, null, { quote: "甲", text: "甲" }))).toBe("lost");
  });
});

describe("mentions", () => {
  const people = [
    { person_id: "1", name: "王老师" },
    { person_id: "2", name: "李同事" },
  ];

  it("are the people whose names stand behind an @", () => {
    expect(mentionsIn("@王老师 请看，李同事也来", people)).toEqual(["1"]);
  });

  it("are offered while a name is typed", () => {
    expect(mentionBegun("请 @王", 4)).toBe("王");
    expect(mentionBegun("请 @", 3)).toBe("");
    expect(mentionBegun("请 @王 ", 5)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { pieces } from "./marked";

describe("a snippet with what was found in it", () => {
  it("is cut at the marks", () => {
    expect(pieces("今天学习分数", [[4, 6]])).toEqual([
      { text: "今天学习", found: false },
      { text: "分数", found: true },
    ]);
  });
  it("counts characters as the server does, beyond the basic plane too", () => {
    expect(pieces("𠮷野家", [[1, 2]])).toEqual([
      { text: "𠮷", found: false },
      { text: "野", found: true },
      { text: "家", found: false },
    ]);
  });
  it("shows the whole of it where nothing is marked", () => {
    expect(pieces("课", [])).toEqual([{ text: "课", found: false }]);
  });
});

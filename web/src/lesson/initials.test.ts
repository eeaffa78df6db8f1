import { describe, expect, it } from "vitest";
import { initialsOf } from "./initials";
import names from "./initials.test.json";

describe("initials of a reading", () => {
  it("are right for the names of competencies", () => {
    for (const [name, initials] of Object.entries(names)) expect(initialsOf(name)).toBe(initials);
  });
});

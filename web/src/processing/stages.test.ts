import { describe, expect, it } from "vitest";
import { current, mayRetry, stagesOf, standing, type Shown, type ShownStep } from "./stages";

const step = (kind: string, state: string, progress = 0) =>
  ({ kind, state, progress }) as unknown as ShownStep;
const recording = (wanted: string[], steps: ShownStep[], info: object | null = {}) =>
  ({ wanted, steps, info }) as unknown as Shown;

describe("the stages of a recording", () => {
  it("show what is done, at work, and still to come", () => {
    const stages = stagesOf(
      recording(
        ["probe", "sound", "ladder"],
        [step("probe", "done"), step("sound", "running", 0.5)],
      ),
    );
    expect(stages.map((s) => [s.state, s.progress])).toEqual([
      ["done", 1],
      ["running", 0.5],
      ["waiting", 0],
    ]);
    expect(current(stages)).toEqual({ number: 2, of: 3, kind: "sound" });
  });

  it("are the usual ones before the file is known", () => {
    expect(stagesOf(recording(["probe"], [step("probe", "ready")], null))).toHaveLength(8);
  });

  it("can be tried again when they ended badly", () => {
    const stages = stagesOf(recording(["a", "b", "c"], [step("a", "failed"), step("b", "done")]));
    expect(stages.map(mayRetry)).toEqual([true, false, false]);
    expect(current(stagesOf(recording(["a"], [step("a", "done")])))).toBeNull();
  });

  it("say that somebody is at work only while it is so", () => {
    const stands = (state: string, steps: ShownStep[]) => {
      const shown = { ...recording(["a", "b"], steps), state } as Shown;
      return standing(shown, stagesOf(shown));
    };
    expect(stands("processing", [step("a", "ready")])).toBe("admitted");
    expect(stands("processing", [step("a", "running")])).toBe("processing");
    expect(stands("processing", [step("a", "done"), step("b", "ready")])).toBe("queued");
    expect(stands("ready", [step("a", "done"), step("b", "done")])).toBe("ready");
  });
});

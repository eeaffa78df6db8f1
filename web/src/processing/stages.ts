import type { Noun } from "@/api/client";

export type Shown = Noun<"ShownRecording">;
export type ShownStep = Noun<"ShownStep">;
export type StageState =
  "waiting" | "ready" | "running" | "done" | "failed" | "quarantined" | "cancelled";

/** One stage of a recording's way: a step that is there, or one that comes later. */
export interface Stage {
  kind: string;
  state: StageState;
  progress: number;
  step: ShownStep | null;
}

const LATER = ["sound", "copy", "ladder", "transcribe", "scenes", "segment", "suggest"];

/** Return the stages in order; before the probe, those that are usual. */
export function stagesOf(recording: Shown): Stage[] {
  const kinds = recording.info ? recording.wanted : [...recording.wanted, ...LATER];
  const newest = new Map(recording.steps.map((step) => [step.kind, step]));
  return kinds.map((kind) => {
    const step = newest.get(kind) ?? null;
    return {
      kind,
      state: step?.state ?? "waiting",
      progress: step?.state === "done" ? 1 : (step?.progress ?? 0),
      step,
    };
  });
}

/** Return which stage is at work or next, and how many there are: `第 2/8 步：提取声音`. */
export function current(
  stages: readonly Stage[],
): { number: number; of: number; kind: string } | null {
  const at = stages.findIndex((s) => s.state === "running");
  const place = at >= 0 ? at : stages.findIndex((s) => s.state !== "done");
  return place < 0 ? null : { number: place + 1, of: stages.length, kind: stages[place]!.kind };
}

/** How a recording stands, in one word. */
export type Standing = Shown["state"] | "queued";

/**
 * Return how a recording stands: `processing` only while somebody works on it; `admitted` before
 * anybody has, `queued` where it waits for its next step.
 */
export function standing(recording: Shown, stages: readonly Stage[]): Standing {
  if (recording.state !== "processing" || stages.some((s) => s.state === "running"))
    return recording.state;
  return stages.some((s) => s.state === "done") ? "queued" : "admitted";
}

/** Whether a step ended so that a person may try it again. */
export const mayRetry = (stage: Stage): boolean =>
  ["failed", "quarantined", "cancelled"].includes(stage.state);

/** Whether a recording is on its way. */
export const underWay = (recording: Shown): boolean =>
  recording.state === "admitted" || recording.state === "processing";

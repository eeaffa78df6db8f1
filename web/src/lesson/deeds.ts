import { api, data, send, type Noun } from "@/api/client";
import type { useHistory } from "./history";
import type { Clip, KeptSegment, LessonData, Line, Suggestion } from "./data";
import { clipRule, setOf } from "./points";
import type { Stretch } from "./selection";

type ClipFacts = Omit<Noun<"ClipEdit">, "revision">;
type PhaseFacts = Pick<KeptSegment, "start_ms" | "end_ms" | "phase" | "title">;
type Words = (key: string) => string;

/** What a teacher does in the workspace: each deed asks the server, refreshes, can be taken back. */
export function useDeeds(held: LessonData, history: ReturnType<typeof useHistory>, t: Words) {
  const suggestion = (id: string) => held.suggestions.value.find((one) => one.id === id)!;
  const clip = (id: string) => held.clips.value.find((one) => one.id === id)!;
  const lessonId = () => held.lesson.value!.id;

  /** Begin the evidence set of a point for this lesson, unless one is open. */
  async function openSet(code: string): Promise<Noun<"KeptEvidenceSet">> {
    const found = setOf(held.sets.value, code, lessonId());
    if (found && found.state !== "submitted" && found.state !== "passed") return found;
    const body = { competency: code, lesson_id: lessonId() };
    return data(api.POST("/api/v1/evidence-sets", { body }));
  }

  /** Put a clip into the set of each of its points. */
  async function intoSets(clipId: string, codes: readonly string[]): Promise<string[]> {
    const items: string[] = [];
    for (const code of codes) {
      const set = await openSet(code);
      const body = { kind: "clip" as const, requirement: clipRule(set), clip_id: clipId };
      const path = { set_id: set.id };
      const item = await data(
        api.POST("/api/v1/evidence-sets/{set_id}/items", { params: { path }, body }),
      );
      items.push(item.id);
    }
    return items;
  }

  async function outOfSets(items: readonly string[]): Promise<void> {
    for (const item_id of items)
      await api.DELETE("/api/v1/evidence-items/{item_id}", { params: { path: { item_id } } });
  }

  /** Take a suggestion over (采用): a clip is made, and it is evidence at once. */
  async function adopt(one: Suggestion, stretch: Stretch): Promise<void> {
    const quote = one.reasons.find((reason) => reason.quote)?.quote ?? "";
    const facts = {
      start_ms: stretch.start_ms,
      end_ms: stretch.end_ms,
      lesson_id: lessonId(),
      title: quote.slice(0, 30),
      note: "",
      competencies: [one.competency],
    };
    let items: string[] = [];
    const path = { suggestion_id: one.id };
    await history.act({
      label: t("lesson.deed.adopt"),
      redo: async () => {
        const body = { ...facts, revision: suggestion(one.id).revision };
        const made = await data(
          api.POST("/api/v1/suggestions/{suggestion_id}/accept", { params: { path }, body }),
        );
        items = await intoSets(made.clip.id, facts.competencies);
        await held.refresh("suggestions", "clips", "sets");
      },
      undo: async () => {
        await outOfSets(items);
        await reopen(one.id);
      },
    });
  }

  async function reopen(id: string): Promise<void> {
    const body = { revision: suggestion(id).revision };
    const path = { suggestion_id: id };
    await api.POST("/api/v1/suggestions/{suggestion_id}/reopen", { params: { path }, body });
    await held.refresh("suggestions", "clips", "sets");
  }

  /** Put a suggestion aside (不采用). */
  async function dismiss(one: Suggestion, reason: string): Promise<void> {
    const path = { suggestion_id: one.id };
    await history.act({
      label: t("lesson.deed.dismiss"),
      redo: async () => {
        const body = { revision: suggestion(one.id).revision, reason };
        await api.POST("/api/v1/suggestions/{suggestion_id}/dismiss", { params: { path }, body });
        await held.refresh("suggestions");
      },
      undo: () => reopen(one.id),
    });
  }

  /** Make a clip of a stretch (截取片段); with points it is evidence at once. */
  async function makeClip(facts: ClipFacts): Promise<void> {
    let made: Clip | null = null;
    let items: string[] = [];
    await history.act({
      label: t("lesson.deed.clip"),
      redo: async () => {
        const recording_id = held.recordingId.value!;
        made = await data(api.POST("/api/v1/clips", { body: { ...facts, recording_id } }));
        items = await intoSets(made.id, facts.competencies ?? []);
        await held.refresh("clips", "sets");
      },
      undo: async () => {
        await outOfSets(items);
        await removeClip(made!.id);
      },
    });
  }

  async function removeClip(clip_id: string): Promise<void> {
    await api.DELETE("/api/v1/clips/{clip_id}", { params: { path: { clip_id } } });
    await held.refresh("clips", "sets", "suggestions");
  }

  /** Change a clip: its ends, its words, its points. */
  async function changeClip(before: Clip, facts: ClipFacts): Promise<void> {
    const put = async (now: ClipFacts) => {
      const { start_ms, end_ms, lesson_id, title, note, competencies } = now;
      const revision = clip(before.id).revision;
      const body = { start_ms, end_ms, lesson_id, title, note, competencies, revision };
      const path = { clip_id: before.id };
      await api.PUT("/api/v1/clips/{clip_id}", { params: { path }, body });
      await held.refresh("clips", "sets");
    };
    await history.act({
      label: t("lesson.deed.changeClip"),
      redo: () => put(facts),
      undo: () => put(before),
    });
  }

  /** Correct a line of the transcript. */
  async function correct(line: Line, text: string): Promise<void> {
    const put = async (words: string) => {
      const now = held.lines.value.find((one) => one.id === line.id)!;
      const body = { text: words, speaker: now.speaker, revision: now.revision };
      const path = { utterance_id: line.id };
      await api.PUT("/api/v1/utterances/{utterance_id}", { params: { path }, body });
      await held.refresh("transcript");
    };
    await history.act({
      label: t("lesson.deed.correct"),
      redo: () => put(text),
      undo: () => put(line.text),
    });
  }

  /** Make two lines of one, at a character; or one of a line and the next. */
  async function splitLine(line: Line, offset: number): Promise<void> {
    const path = { utterance_id: line.id };
    const body = { revision: line.revision, offset };
    await api.POST("/api/v1/utterances/{utterance_id}/split", { params: { path }, body });
    await held.refresh("transcript");
  }

  async function mergeLine(line: Line): Promise<void> {
    const path = { utterance_id: line.id };
    const body = { revision: line.revision };
    await api.POST("/api/v1/utterances/{utterance_id}/merge", { params: { path }, body });
    await held.refresh("transcript");
  }

  /** Change a phase of the lesson. */
  async function changeSegment(before: KeptSegment, after: PhaseFacts): Promise<void> {
    const put = async (one: PhaseFacts) => {
      const { revision } = held.segments.value.find((other) => other.id === before.id)!;
      const { start_ms, end_ms, phase, title } = one;
      const path = { segment_id: before.id };
      const body = { start_ms, end_ms, phase, title, revision };
      await api.PUT("/api/v1/segments/{segment_id}", { params: { path }, body });
      await held.refresh("segments");
    };
    await history.act({
      label: t("lesson.deed.segment"),
      redo: () => put(after),
      undo: () => put(before),
    });
  }

  /** Attach a document, such as the lesson plan, to the set of a point. */
  async function attach(code: string, requirement: string, file: File): Promise<void> {
    const set = await openSet(code);
    const form = new FormData();
    form.set("requirement", requirement);
    form.set("file", file, file.name);
    await send(`/api/v1/evidence-sets/${set.id}/documents`, "POST", form);
    await held.refresh("sets");
  }

  return {
    openSet, adopt, dismiss, reopen, makeClip, removeClip, changeClip,
    correct, splitLine, mergeLine, changeSegment, attach,
  }; // prettier-ignore
}

export type Deeds = ReturnType<typeof useDeeds>;

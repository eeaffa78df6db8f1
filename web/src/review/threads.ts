import type { Noun } from "@/api/client";
import { clock } from "@/components/times";

export type Comment = Noun<"ShownComment">;
export type Anchor = NonNullable<Comment["anchor"]>;

/** A comment and its answers. */
export interface Thread {
  first: Comment;
  answers: Comment[];
}

/** A stretch of the recording's clock. */
export interface Stretch {
  start_ms: number;
  end_ms: number;
}

/** Put comments into threads: what is about the whole first, then by the moment they are pinned to. */
export function threadsOf(comments: readonly Comment[]): Thread[] {
  const threads = new Map<string, Thread>();
  for (const comment of comments)
    if (!comment.thread_id) threads.set(comment.id, { first: comment, answers: [] });
  for (const comment of comments)
    if (comment.thread_id) threads.get(comment.thread_id)?.answers.push(comment);
  const at = (thread: Thread) => thread.first.anchor?.start_ms ?? -1;
  return [...threads.values()].sort(
    (a, b) => at(a) - at(b) || a.first.id.localeCompare(b.first.id),
  );
}

/** `3:07`, or `3:07–3:15`: where a comment is pinned. */
export function when(anchor: Pick<Anchor, "start_ms" | "end_ms">): string {
  const end = anchor.end_ms ?? anchor.start_ms;
  return end > anchor.start_ms ? `${clock(anchor.start_ms)}–${clock(end)}` : clock(anchor.start_ms);
}

/** Whether a comment is pinned to what a clip no longer shows. */
export function isOutside(anchor: Anchor | null | undefined, clip: Stretch | undefined): boolean {
  if (!anchor || !clip) return false;
  const end = anchor.end_ms ?? anchor.start_ms;
  return anchor.start_ms >= clip.end_ms || end < clip.start_ms;
}

/** The words changed since the comment was made, or are gone. */
export function wordsChanged(anchor: Anchor | null | undefined): "lost" | "changed" | null {
  if (!anchor?.quote) return null;
  if (!anchor.first) return "lost";
  return anchor.text === anchor.quote ? null : "changed";
}

/** Return the ids of the people whose names a text mentions: `@王老师`. */
export function mentionsIn(
  text: string,
  people: readonly { person_id: string; name: string }[],
): string[] {
  return people.filter(({ name }) => text.includes(`@${name}`)).map((one) => one.person_id);
}

/** Return what is being typed after an @ before the caret; null: nothing. */
export function mentionBegun(text: string, caret: number): string | null {
  return /@([^\s@]{0,12})$/.exec(text.slice(0, caret))?.[1] ?? null;
}

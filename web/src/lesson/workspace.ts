import { computed, inject, provide, ref, shallowRef, type InjectionKey, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { asProblem } from "@/api/problem";
import { useTransport } from "@/player/transport";
import { useSession } from "@/api/session";
import { toast } from "@/components/toast";
import { useFramework, useLessonData, type Clip, type Suggestion } from "./data";
import { useDeeds } from "./deeds";
import { useHistory } from "./history";
import type { Hit } from "./search";
import { NOTHING, stretchOf, type Marked, type Stretch } from "./selection";

/** What the marked stretch is about: something new, or the ends of something that is there. */
export type Target =
  { kind: "free" } | { kind: "suggestion"; id: string } | { kind: "clip"; id: string };

export type Tab = "points" | "transcript" | "clips" | "comments";

/** Frames a second as the API writes them: `25`, `30000/1001`. */
export function frameMs(fps: string | null | undefined): number {
  const [top = NaN, bottom = 1] = (fps ?? "").split("/").map(Number);
  return top > 0 && bottom > 0 ? (1000 * bottom) / top : 40;
}

/** Everything the parts of the workspace share: the lesson, the player, what is marked. */
function make(lessonId: Ref<string>, part: Ref<number>) {
  const { t } = useI18n();
  const session = useSession();
  const held = useLessonData(lessonId, part);
  /** Whether this is one's own lesson. Others look at what was shared; the server sees to it. */
  const mine = computed(
    () => held.lesson.value?.teacher_id === (session.session?.person_id ?? undefined),
  );
  const framework = useFramework();
  const picture = computed(
    () => held.recording.value?.info?.tracks.find((track) => track.kind === "video") ?? null,
  );
  const transport = useTransport(computed(() => frameMs(picture.value?.fps)));
  const duration = computed(
    () => held.recording.value?.info?.duration_ms ?? transport.duration.value,
  );
  const history = useHistory();
  const deeds = useDeeds(held, history, t);

  const marked = ref<Marked>({ ...NOTHING });
  const target = ref<Target>({ kind: "free" });
  const stretch = computed(() => stretchOf(marked.value));
  const tab = ref<Tab>("points");
  const hits = shallowRef<Hit[]>([]);
  const current = ref<string | null>(null);
  const problem = shallowRef<unknown>(null);
  const busy = ref(false);

  /** Mark a stretch of nothing yet: by a drag, by text, by keys. */
  function mark(at: Marked): void {
    marked.value = { ...at };
  }

  /** Begin to move the ends of a suggestion or a clip. */
  function adjust(kind: "suggestion" | "clip", one: Suggestion | Clip): void {
    target.value = { kind, id: one.id };
    mark({ start_ms: one.start_ms, end_ms: one.end_ms });
    transport.seek(one.start_ms);
  }

  /** Let go of what is marked. */
  function clear(): void {
    marked.value = { ...NOTHING };
    target.value = { kind: "free" };
    if (transport.looping.value) transport.loop(null);
    problem.value = null;
  }

  /** Do something that may be refused: the refusal is shown where the work is, never lost. */
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      problem.value = error;
      // Somebody else was faster: show how things are now.
      if (asProblem(error).status === 409)
        await held.refresh("transcript", "segments", "suggestions", "clips", "sets", "lesson");
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function undo(): Promise<void> {
    await run(async () => {
      const deed = await history.undo();
      if (deed) toast(t("lesson.undone", { what: deed.label }));
    });
  }

  async function redo(): Promise<void> {
    await run(async () => {
      const deed = await history.redo();
      if (deed) toast(t("lesson.redone", { what: deed.label }));
    });
  }

  /** Play what somebody pointed at, once. */
  function play(at: Stretch): void {
    transport.playStretch(at);
  }

  return {
    held, mine, ...framework, picture, transport, duration, history, deeds, marked, target, stretch, tab,
    hits, current, problem, busy, mark, adjust, clear, run, undo, redo, play,
  }; // prettier-ignore
}

export type Workspace = ReturnType<typeof make>;
const KEY: InjectionKey<Workspace> = Symbol("workspace");

/** Make the workspace of a lesson, for the page and everything below it. */
export function provideWorkspace(lessonId: Ref<string>, part: Ref<number>): Workspace {
  const workspace = make(lessonId, part);
  provide(KEY, workspace);
  return workspace;
}

/** Return the workspace that this component is part of. */
export function useWorkspace(): Workspace {
  const workspace = inject(KEY);
  if (!workspace) throw new Error("outside of a lesson workspace");
  return workspace;
}

import { useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { api, data, type Noun } from "@/api/client";
import type { Mark } from "./marks";

export type Desk = Noun<"ReviewDesk">;
export type Item = Noun<"ReviewedItem">;

/** How long nothing is written before a draft is saved. */
const SAVE_AFTER_MS = 700;

/** One review: what is read, the draft that saves itself, submitting and taking back. */
export function useDesk(id: Ref<string>) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: computed(() => ["review", id.value]),
    staleTime: Infinity, // what is being written here must not be overwritten by itself
    queryFn: () =>
      data(api.GET("/api/v1/reviews/{review_id}", { params: { path: { review_id: id.value } } })),
  });
  const marks = ref<Mark[]>([]);
  const summary = ref("");
  const savedAt = ref<string | null>(null);
  const problem = shallowRef<unknown>(null);
  const busy = ref(false);
  const now = ref(Date.now());
  let revision = 1;
  let known = "";
  let timer = 0;
  let saving: Promise<void> | null = null;

  const written = () => JSON.stringify([marks.value, summary.value]);
  const take = (review: Noun<"Review">) => {
    revision = review.revision ?? 1;
    savedAt.value = review.saved_at ?? null;
  };
  watch(
    query.data,
    (desk) => {
      if (!desk) return;
      marks.value = [...(desk.review.marks ?? [])];
      summary.value = desk.review.summary ?? "";
      known = written();
      take(desk.review);
    },
    { immediate: true },
  );
  const submitted = computed(() => Boolean(query.data.value?.review.submitted_at));
  watch([marks, summary], () => {
    clearTimeout(timer);
    if (written() !== known && !submitted.value)
      timer = window.setTimeout(() => void save(), SAVE_AFTER_MS);
  });

  const path = () => ({ params: { path: { review_id: id.value } } });
  const draft = () => ({ revision, marks: marks.value, summary: summary.value });

  async function save(): Promise<void> {
    await saving;
    if (written() === known || submitted.value) return;
    const now = written();
    saving = (async () => {
      problem.value = null;
      try {
        take(await data(api.PUT("/api/v1/reviews/{review_id}", { ...path(), body: draft() })));
        known = now;
      } catch (error) {
        problem.value = error;
      }
    })();
    await saving;
    saving = null;
  }

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    clearTimeout(timer);
    try {
      await saving;
      await work();
      return true;
    } catch (error) {
      problem.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }

  const again = async () => {
    await query.refetch();
    await client.invalidateQueries({ queryKey: ["reviews"] });
    await client.invalidateQueries({ queryKey: ["comments", "review", id.value] });
  };
  const submit = () =>
    run(async () => {
      await api.POST("/api/v1/reviews/{review_id}/submit", { ...path(), body: draft() });
      await again();
    });
  const recall = () =>
    run(async () => {
      await api.POST("/api/v1/reviews/{review_id}/recall", path());
      await again();
    });
  const decide = (body: Noun<"NewDecision">) =>
    run(async () => {
      await api.POST("/api/v1/reviews/{review_id}/decision", { ...path(), body });
      await again();
    });

  const clockTick = window.setInterval(() => (now.value = Date.now()), 1000);
  /** Whole seconds in which the review can still be taken back. */
  const recallable = computed(() => {
    const until = query.data.value?.recallable_until;
    return until ? Math.max(0, Math.ceil((Date.parse(until) - now.value) / 1000)) : 0;
  });
  const leaving = () => void save();
  addEventListener("pagehide", leaving);
  onScopeDispose(() => {
    clearInterval(clockTick);
    clearTimeout(timer);
    removeEventListener("pagehide", leaving);
    void save();
  });

  return {
    desk: query.data, loading: query.isPending, error: query.error, refetch: again,
    marks, summary, savedAt, problem, busy, submitted, recallable, submit, recall, decide,
  }; // prettier-ignore
}

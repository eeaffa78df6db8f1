import { useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, shallowRef, toValue, type MaybeRefOrGetter } from "vue";
import { api, data, type Noun } from "@/api/client";
import { useEvents } from "@/api/events";
import { threadsOf, type Comment } from "./threads";

export type Words = Noun<"CommentWords">;
export type Named = Noun<"Mentionable">;

/** What the comments are about. */
export type About =
  { kind: "lesson"; id: string } | { kind: "set"; id: string } | { kind: "review"; id: string };

const KINDS = ["comment.added", "comment.changed", "comment.removed", "comment.moved"];

/** Comments on one thing, kept up to date while others write, and what may be done with them. */
export function useComments(about: MaybeRefOrGetter<About>) {
  const client = useQueryClient();
  const key = computed(() => ["comments", toValue(about).kind, toValue(about).id]);
  const query = useQuery({ queryKey: key, queryFn: () => list(toValue(about)) });
  const people = useQuery({
    queryKey: computed(() => ["mentionable", toValue(about).id]),
    enabled: computed(() => toValue(about).kind === "lesson"),
    queryFn: () =>
      data(
        api.GET("/api/v1/comments/mentionable", {
          params: { query: { lesson_id: toValue(about).id } },
        }),
      ),
  });
  const problem = shallowRef<unknown>(null);
  const refresh = () => client.invalidateQueries({ queryKey: key.value });
  useEvents(KINDS, refresh);

  /** Do something; a refusal is kept to be shown. Returns whether it was done. */
  async function run(work: Promise<unknown>): Promise<boolean> {
    problem.value = null;
    try {
      await work;
      return true;
    } catch (error) {
      problem.value = error;
      return false;
    } finally {
      await refresh();
    }
  }

  const path = (comment_id: string) => ({ params: { path: { comment_id } } });
  return {
    threads: computed(() => threadsOf(query.data.value ?? [])),
    people: computed<Named[]>(() => people.data.value ?? []),
    loading: query.isPending,
    error: query.error,
    problem,
    refresh,
    add: (words: Words) => run(add(toValue(about), words)),
    answer: (to: Comment, words: Words) =>
      run(api.POST("/api/v1/comments/{comment_id}/answers", { ...path(to.id), body: words })),
    edit: (comment: Comment, words: Words) =>
      run(
        api.PUT("/api/v1/comments/{comment_id}", {
          ...path(comment.id),
          body: { revision: comment.revision ?? 1, text: words.text, mentions: words.mentions },
        }),
      ),
    resolve: (comment: Comment, resolved: boolean) =>
      run(
        api.POST("/api/v1/comments/{comment_id}/resolve", {
          ...path(comment.id),
          body: { revision: comment.revision ?? 1, resolved },
        }),
      ),
    remove: (comment: Comment) =>
      run(api.DELETE("/api/v1/comments/{comment_id}", path(comment.id))),
  };
}

export type Comments = ReturnType<typeof useComments>;

async function list(about: About): Promise<Comment[]> {
  if (about.kind === "review")
    return data(
      api.GET("/api/v1/reviews/{review_id}/comments", {
        params: { path: { review_id: about.id } },
      }),
    );
  const query =
    about.kind === "lesson"
      ? { lesson_id: about.id }
      : { subject: "evidence_set" as const, subject_id: about.id };
  const found: Comment[] = [];
  let after: string | undefined;
  do {
    const page = await data(
      api.GET("/api/v1/comments", { params: { query: { ...query, after, limit: 200 } } }),
    );
    found.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return found;
}

function add(about: About, words: Words): Promise<unknown> {
  if (about.kind === "review")
    return api.POST("/api/v1/reviews/{review_id}/comments", {
      params: { path: { review_id: about.id } },
      body: words,
    });
  const subject = about.kind === "lesson" ? "lesson" : "evidence_set";
  return api.POST("/api/v1/comments", { body: { ...words, subject, subject_id: about.id } });
}

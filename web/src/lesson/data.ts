import { useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { api, data, type Noun } from "@/api/client";
import { asProblem } from "@/api/problem";
import { useEvents, type Happening } from "@/api/events";
import { initialsOf } from "./initials";
import type { Listed } from "./points";

const DAY_MS = 86_400_000;
/** Kinds of events after which a part of the page is asked for anew. */
const NEWS: Record<string, readonly string[]> = {
  "recording.state": ["recording", "transcript", "segments", "suggestions"],
  "step.state": ["recording"],
  "step.progress": ["recording"],
  "transcript.changed": ["transcript"],
  "utterance.changed": ["transcript"],
  "segment.changed": ["segments"],
  "suggestion.changed": ["suggestions"],
  "clip.state": ["clips"],
  "evidence.changed": ["sets"],
  "lesson.changed": ["lesson"],
};

/** The competencies of the framework in use, and its phases: they hardly ever change. */
export function useFramework() {
  const competencies = useQuery({
    queryKey: ["competencies"],
    staleTime: DAY_MS,
    queryFn: async (): Promise<Listed[]> =>
      (await data(api.GET("/api/v1/competencies"))).map((one) => ({
        ...one,
        initials: initialsOf(one.name_zh),
      })),
  });
  const phases = useQuery({
    queryKey: ["phases"],
    staleTime: DAY_MS,
    queryFn: () => data(api.GET("/api/v1/phases")),
  });
  return {
    competencies: computed(() => competencies.data.value ?? []),
    phases: computed(() => phases.data.value ?? []),
  };
}

/** Ask for something that may not be there yet (409) or not be ours to see (403, 404): then null. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if ([403, 404, 409].includes(asProblem(error).status)) return null;
    throw error;
  }
}

/** All that the workspace shows of one lesson, kept up to date while others work on it. */
export function useLessonData(lessonId: Ref<string>, part: Ref<number>) {
  const client = useQueryClient();
  const lesson = useQuery({
    queryKey: ["lesson", lessonId],
    queryFn: () =>
      data(
        api.GET("/api/v1/lessons/{lesson_id}", { params: { path: { lesson_id: lessonId.value } } }),
      ),
  });
  const parts = computed(() => lesson.data.value?.parts ?? []);
  const here = computed(() => parts.value[Math.min(part.value, parts.value.length - 1)] ?? null);
  const recordingId = computed(() => here.value?.recording_id);
  const enabled = computed(() => Boolean(recordingId.value));
  const path = () => ({ params: { path: { recording_id: recordingId.value ?? "" } } });

  const recording = useQuery({
    queryKey: ["recording", recordingId],
    enabled,
    queryFn: () => data(api.GET("/api/v1/recordings/{recording_id}", path())),
  });
  const transcript = useQuery({
    queryKey: ["transcript", recordingId],
    enabled,
    queryFn: () => orNull(data(api.GET("/api/v1/recordings/{recording_id}/transcript", path()))),
  });
  const segments = useQuery({
    queryKey: ["segments", recordingId],
    enabled,
    queryFn: () => data(api.GET("/api/v1/recordings/{recording_id}/segments", path())),
  });
  const suggestions = useQuery({
    queryKey: ["suggestions", recordingId],
    enabled,
    queryFn: () => orNull(data(api.GET("/api/v1/recordings/{recording_id}/suggestions", path()))),
  });
  const clips = useQuery({
    queryKey: ["clips", recordingId],
    enabled,
    queryFn: () =>
      data(
        api.GET("/api/v1/clips", {
          params: { query: { recording_id: recordingId.value, limit: 200 } },
        }),
      ),
  });
  const sets = useQuery({
    queryKey: ["sets", lessonId],
    queryFn: () =>
      data(
        api.GET("/api/v1/evidence-sets", {
          params: { query: { lesson_id: lessonId.value, limit: 200 } },
        }),
      ),
  });

  /** Ask anew for parts of the page, after a change. */
  const refresh = (...names: readonly string[]) =>
    Promise.all(names.map((name) => client.invalidateQueries({ queryKey: [name] })));

  const heard = (kind: string, { recording_id }: Happening) => {
    if (!recording_id || recording_id === recordingId.value) void refresh(...NEWS[kind]!);
  };
  // Evidence has no recording: events of all are heard, as soon as the lesson is known.
  useEvents(
    Object.keys(NEWS),
    heard,
    computed(() => (recordingId.value ? null : undefined)),
  );

  return {
    lesson: computed(() => lesson.data.value ?? null),
    parts,
    here,
    recordingId,
    recording: computed(() => recording.data.value ?? null),
    transcript: computed(() => transcript.data.value ?? null),
    lines: computed(() => transcript.data.value?.utterances ?? []),
    segments: computed(() => segments.data.value ?? []),
    suggestions: computed(() => suggestions.data.value ?? []),
    clips: computed(() => clips.data.value?.items ?? []),
    sets: computed(() => sets.data.value?.items ?? []),
    error: computed(() => lesson.error.value ?? recording.error.value),
    loading: computed(() => lesson.isPending.value || (enabled.value && recording.isPending.value)),
    refresh,
    client,
  };
}

export type LessonData = ReturnType<typeof useLessonData>;
export type Line = Noun<"KeptUtterance">;
export type Suggestion = Noun<"KeptSuggestion">;
export type Clip = Noun<"Clip">;
export type KeptSegment = Noun<"KeptSegment">;
export type EvidenceSet = Noun<"KeptEvidenceSet">;

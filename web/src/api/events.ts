import { onScopeDispose, ref, watch, type Ref } from "vue";

/** What the server tells while it happens, as it stands in the event's data. */
export interface Happening {
  at_ms: number;
  recording_id: string | null;
  [fact: string]: unknown;
}

/**
 * Follow what happens, for as long as the calling component lives. The browser reconnects by itself
 * and names the last event it saw, so nothing is missed.
 *
 * `kinds` are names such as `recording.state`; `recordingId` limits them to one recording.
 */
export function useEvents(
  kinds: readonly string[],
  heard: (kind: string, happening: Happening) => void,
  recordingId: Ref<string | null | undefined> = ref(null),
): { live: Ref<boolean> } {
  const live = ref(false);
  let source: EventSource | null = null;
  const open = (id: string | null | undefined) => {
    source?.close();
    const query = id ? `?recording_id=${encodeURIComponent(id)}` : "";
    source = new EventSource(`/api/v1/events${query}`);
    source.onopen = () => (live.value = true);
    source.onerror = () => (live.value = false);
    for (const kind of kinds)
      source.addEventListener(kind, (event) =>
        heard(kind, JSON.parse((event as MessageEvent<string>).data) as Happening),
      );
  };
  watch(recordingId, (id) => (id === undefined ? undefined : open(id)), { immediate: true });
  onScopeDispose(() => source?.close());
  return { live };
}

import { onScopeDispose, ref, watch, type Ref } from "vue";
import { listen, live, type Happening } from "./stream";

export type { Happening };

/**
 * Follow what happens, for as long as the calling component lives. The stream comes back by itself
 * and names the last event it saw, so nothing is missed.
 *
 * `kinds` are names such as `recording.state`; `recordingId` limits them to one recording, and
 * nothing is heard while it is undefined.
 */
export function useEvents(
  kinds: readonly string[],
  heard: (kind: string, happening: Happening) => void,
  recordingId: Ref<string | null | undefined> = ref(null),
): { live: Ref<boolean> } {
  let stop: (() => void) | null = null;
  const again = (id: string | null | undefined) => {
    const before = stop;
    stop = id === undefined ? null : listen({ kinds, recordingId: id, heard });
    before?.(); // after the new one listens: the stream stays open
  };
  watch(recordingId, again, { immediate: true });
  onScopeDispose(() => stop?.());
  return { live };
}

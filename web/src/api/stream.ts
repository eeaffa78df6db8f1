import { ref } from "vue";

/**
 * The one stream of events of this tab. A browser keeps no more than six connections to a server
 * that speaks HTTP/1.1: a stream for each part of a page, or in each hidden tab, would leave none.
 */

/** What the server tells while it happens, as it stands in the event's data. */
export interface Happening {
  at_ms: number;
  recording_id: string | null;
  [fact: string]: unknown;
}

export interface Listener {
  kinds: readonly string[];
  /** Only of this recording; null: of all. */
  recordingId: string | null;
  heard(kind: string, happening: Happening): void;
}

const HIDDEN_MS = 60_000;
const REFUSED_MS = 5000;
export const live = ref(false);
const listeners = new Set<Listener>();
const kinds = new Set<string>();
let source: EventSource | null = null;
let last = ""; // the newest event that was heard
let hiding: number | undefined;

/** Begin to listen; returns how to stop. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  for (const kind of listener.kinds) {
    if (!kinds.has(kind)) source?.addEventListener(kind, tell);
    kinds.add(kind);
  }
  if (!source) open();
  return () => {
    listeners.delete(listener);
    if (!listeners.size) close(true);
  };
}

function open(): void {
  if (document.hidden && last) return; // it opens when somebody looks
  source = new EventSource(`/api/v1/events${last && `?after=${last}`}`);
  source.onopen = () => (live.value = true);
  source.onerror = () => {
    live.value = false;
    if (source?.readyState === EventSource.CLOSED) again(); // refused: a browser gives up on that
  };
  source.addEventListener("following", (event) => (last = event.lastEventId));
  for (const kind of kinds) source.addEventListener(kind, tell);
}

function again(): void {
  close(false);
  window.setTimeout(() => {
    if (!source && listeners.size) open();
  }, REFUSED_MS);
}

function close(forget: boolean): void {
  source?.close();
  source = null;
  live.value = false;
  if (forget) last = "";
}

function tell(event: MessageEvent<string>): void {
  last = event.lastEventId;
  const happening = JSON.parse(event.data) as Happening;
  for (const listener of [...listeners])
    if (
      listener.kinds.includes(event.type) &&
      (listener.recordingId === null || listener.recordingId === happening.recording_id)
    )
      listener.heard(event.type, happening);
}

document.addEventListener("visibilitychange", () => {
  window.clearTimeout(hiding);
  if (document.hidden) hiding = window.setTimeout(() => close(false), HIDDEN_MS);
  else if (!source && listeners.size) open();
});

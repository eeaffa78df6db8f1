import { onScopeDispose } from "vue";
import { belongsTo } from "@/lesson/keymap";

/** What keys do on the review page; nothing while somebody writes or an input method composes. */
export interface Doings {
  play: () => void;
  seek: (by_ms: number) => void;
  /** 0 is the best level. */
  level: (place: number) => void;
  comment: () => void;
  submit: () => void;
}

const SEEKS: Record<string, number> = {
  j: -10_000,
  l: 10_000,
  ArrowLeft: -5000,
  ArrowRight: 5000,
};

/** Let keys do things while the calling component lives. */
export function useReviewKeys(doings: Doings): void {
  const hear = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    const element = target instanceof Element ? target : null;
    const submitting = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!submitting && (event.ctrlKey || event.metaKey || event.altKey)) return;
    if (belongsTo(element, submitting ? "submit" : "play", event)) return;
    const doing = submitting ? doings.submit : wanted(event.key, element, doings);
    if (!doing) return;
    event.preventDefault();
    doing();
  };
  addEventListener("keydown", hear);
  onScopeDispose(() => removeEventListener("keydown", hear));
}

function wanted(key: string, target: Element | null, doings: Doings): (() => void) | null {
  if (/^[1-9]$/.test(key)) return () => doings.level(Number(key) - 1);
  const plain = key.length === 1 ? key.toLowerCase() : key;
  // Arrow keys walk along the levels while one of them has the focus.
  if (plain.startsWith("Arrow") && target?.matches("input[type=radio]")) return null;
  const by = SEEKS[plain];
  if (by !== undefined) return () => doings.seek(by);
  if (plain === " " || plain === "k") return doings.play;
  return plain === "c" ? doings.comment : null;
}

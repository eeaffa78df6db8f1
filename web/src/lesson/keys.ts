import { onScopeDispose, ref, watch } from "vue";
import { actionOf, belongsTo, DEFAULTS, remapped, restored, type Action } from "./keymap";

const KEPT = "guanke.keys";
const kept = restored(localStorage.getItem(KEPT));
const keys = ref(kept.keys);
const off = ref(kept.off);
watch([keys, off], () =>
  localStorage.setItem(KEPT, JSON.stringify({ off: off.value, keys: keys.value })),
);

/** The keys as this person has them; kept in this browser. */
export function useKeys() {
  return {
    keys,
    off,
    give: (action: Action, name: string) => (keys.value = remapped(keys.value, action, name)),
    reset: () => (keys.value = { ...DEFAULTS }),
  };
}

/** Let keys do things while the calling component lives. What has the focus goes first. */
export function useKeyboard(doings: Partial<Record<Action, () => void>>): void {
  const hear = (event: KeyboardEvent) => {
    const action = actionOf(keys.value, event);
    // The help stays reachable: it is where keys are switched on again.
    if (!action || (off.value && action !== "help") || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    if (belongsTo(target instanceof Element ? target : null, action, event)) return;
    const doing = doings[action];
    if (!doing) return;
    event.preventDefault();
    doing();
  };
  addEventListener("keydown", hear);
  onScopeDispose(() => removeEventListener("keydown", hear));
}

import { ref } from "vue";
import { restored, toKeep, type Item } from "./line";

const KEY = "guanke.uploads";

/** Whether there is a line to show: known before the rest of the uploads is loaded. */
export const anyUploads = ref(localStorage.getItem(KEY) !== null);

/** Return the line as it was before the page was loaded. */
export function recall(): Item[] {
  try {
    return restored(JSON.parse(localStorage.getItem(KEY) ?? "[]") as Item[]);
  } catch {
    return [];
  }
}

/** Keep the line for the next page that is loaded. */
export function remember(items: readonly Item[]): void {
  const kept = toKeep(items);
  if (kept.length) localStorage.setItem(KEY, JSON.stringify(kept));
  else localStorage.removeItem(KEY);
  anyUploads.value = items.length > 0;
}

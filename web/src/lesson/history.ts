import { computed, shallowRef } from "vue";

/** Something that was done and can be taken back. */
export interface Deed {
  /** What was done, in the words of the page. */
  label: string;
  undo: () => Promise<unknown>;
  redo: () => Promise<unknown>;
}

/** What was done on this page, to be taken back and done again. The server keeps its own history. */
export function useHistory() {
  const done = shallowRef<Deed[]>([]);
  const undone = shallowRef<Deed[]>([]);

  /** Do it, and remember how it is taken back. */
  async function act(deed: Deed): Promise<void> {
    await deed.redo();
    done.value = [...done.value, deed];
    undone.value = [];
  }

  /** Take the latest back. Returns what it was. Fails, and keeps it, where the server refuses. */
  async function undo(): Promise<Deed | null> {
    const deed = done.value.at(-1);
    if (!deed) return null;
    await deed.undo();
    done.value = done.value.slice(0, -1);
    undone.value = [...undone.value, deed];
    return deed;
  }

  /** Do again what was taken back last. */
  async function redo(): Promise<Deed | null> {
    const deed = undone.value.at(-1);
    if (!deed) return null;
    await deed.redo();
    undone.value = undone.value.slice(0, -1);
    done.value = [...done.value, deed];
    return deed;
  }

  return {
    act,
    undo,
    redo,
    latest: computed(() => done.value.at(-1) ?? null),
    next: computed(() => undone.value.at(-1) ?? null),
  };
}

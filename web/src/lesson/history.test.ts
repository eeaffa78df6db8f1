import { describe, expect, it } from "vitest";
import { useHistory } from "./history";

const deed = (label: string, log: string[]) => ({
  label,
  redo: async () => log.push(`+${label}`),
  undo: async () => log.push(`-${label}`),
});

describe("taking back", () => {
  it("goes back and forth, and forgets what was undone when something new is done", async () => {
    const log: string[] = [];
    const history = useHistory();
    await history.act(deed("a", log));
    await history.act(deed("b", log));
    expect((await history.undo())?.label).toBe("b");
    expect((await history.redo())?.label).toBe("b");
    await history.undo();
    await history.act(deed("c", log));
    expect(await history.redo()).toBeNull();
    expect(log).toEqual(["+a", "+b", "-b", "+b", "-b", "+c"]);
  });

  it("keeps what the server refused to take back", async () => {
    const history = useHistory();
    const stuck = { ...deed("a", []), undo: () => Promise.reject(new Error("409")) };
    await history.act(stuck);
    await expect(history.undo()).rejects.toThrow("409");
    expect(history.latest.value?.label).toBe("a");
  });
});

import { describe, expect, it } from "vitest";
import {
  interrupted,
  isMedia,
  itemFor,
  known,
  passes,
  pause,
  progressed,
  restored,
  secondsLeft,
  stalled,
  startable,
  toKeep,
  totals,
  wouldStop,
  type Item,
  type Phase,
} from "./line";

let number = 0;
const item = (phase: Phase = "waiting", more: Partial<Item> = {}): Item => ({
  ...itemFor({ name: `${(number += 1)}.mp4`, size: 1000, lastModified: 0 }, `${number}`),
  phase,
  ...more,
});

describe("the line of uploads", () => {
  it("takes recordings, whatever their case", () => {
    expect(["a.MP4", "b.m2ts", "c.wav"].every(isMedia)).toBe(true);
    expect(["a.docx", "mp4", "b.mp4.txt"].some(isMedia)).toBe(false);
  });

  it("names a lesson after its file", () => {
    expect(itemFor({ name: "七3班.数学.mp4", size: 1, lastModified: 0 }, "k").facts.title).toBe(
      "七3班.数学",
    );
  });

  it("sends two side by side, in order", () => {
    const items = [item("sending"), item(), item(), item("paused")];
    expect(startable(items, 0, true)).toEqual([items[1]]);
    items[1]!.phase = "checking";
    expect(startable(items, 0, true)).toEqual([]);
  });

  it("waits for the network", () => {
    expect(startable([item()], 0, false)).toEqual([]);
  });

  it("goes on by itself after a pause that grows to half a minute", () => {
    const one = item("sending", { sent: 400 });
    interrupted(one, null, 10_000);
    expect(one.phase).toBe("interrupted");
    expect(startable([one], 10_999, true)).toEqual([]);
    expect(startable([one], 11_000, true)).toEqual([one]);
    expect([1, 2, 3, 10].map(pause)).toEqual([1000, 2000, 4000, 30_000]);
  });

  it("knows what passes by itself", () => {
    expect([0, 409, 423, 503, 507].every(passes)).toBe(true);
    expect([400, 401, 403, 410, 413, 422].some(passes)).toBe(false);
  });

  it("tells speed and time left, smoothed", () => {
    const one = item("sending");
    progressed(one, 0, 0);
    expect(secondsLeft(one)).toBeNull();
    progressed(one, 100, 1000);
    expect(secondsLeft(one)).toBe(9);
    progressed(one, 400, 2000);
    expect(one.speed).toBeCloseTo(160);
    progressed(one, 300, 3000); // resumed further back: measured anew
    expect(one.sent).toBe(300);
  });

  it("notices a line that is dead", () => {
    const one = item("sending", { measured: { sent: 5, at: 0 } });
    progressed(one, 5, 59_000); // nothing moved
    expect(stalled(one, 60_000)).toBe(false);
    expect(stalled(one, 60_001)).toBe(true);
    expect(stalled({ ...one, phase: "waiting" }, 99_000)).toBe(false);
  });

  it("sums up what is under way and what asks for a person", () => {
    const items = [
      item("sending", { sent: 500, speed: 100 }),
      item("waiting"),
      item("arrived", { sent: 1000 }),
      item("twin"),
      item("failed"),
    ];
    expect(totals(items)).toEqual({ live: 2, arrived: 1, asks: 2, share: 0.25, secondsLeft: 15 });
    expect(wouldStop(items)).toBe(true);
    expect(wouldStop([item("paused"), item("arrived")])).toBe(false);
  });

  it("survives a reload: unfinished files are chosen once more, nothing written is lost", () => {
    const facts = { ...item().facts, title: "二次函数", teacher: "李老师" };
    const items = [
      item("sending", { sent: 500, uploadId: "u", facts }),
      item("arrived"),
      item("failed", { reason: "why" }),
    ];
    const after = restored(JSON.parse(JSON.stringify(toKeep(items))) as Item[]);
    expect(after.map((i) => i.phase)).toEqual(["lost", "failed"]);
    expect(after[0]).toMatchObject({ uploadId: "u", sent: 500, facts });
    expect(known(after, { name: after[0]!.name, size: 1000 })).toBe(after[0]);
    expect(known(after, { name: after[0]!.name, size: 999 })).toBeUndefined();
  });
});

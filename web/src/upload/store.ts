import { defineStore } from "pinia";
import { computed, reactive, watch } from "vue";
import { asProblem } from "@/api/problem";
import { fingerprintOf } from "./fingerprint";
import {
  emptyFacts,
  interrupted,
  isMedia,
  itemFor,
  known,
  passes,
  progressed,
  stalled,
  startable,
  totals,
  wouldStop,
  type Facts,
  type Item,
} from "./line";
import { recall, remember } from "./remembered";
import { cancelUpload, readUpload, sendFile, twinsOf, writeFacts, type Sending } from "./sending";

/** The files on their way to the server. It lives as long as the window, whatever page is shown. */
export const useUploads = defineStore("uploads", () => {
  const items = reactive<Item[]>(recall());
  const files = new Map<string, File>();
  const under = new Map<string, Sending>();
  const writing = new Map<string, Promise<void>>();
  const sums = computed(() => totals(items));

  /** Take chosen files into the line; return the names of those that are no recordings. */
  function add(chosen: readonly File[], facts: Facts = emptyFacts()): string[] {
    for (const file of chosen.filter((f) => isMedia(f.name) && f.size)) {
      const same = known(items, file);
      if (same?.phase === "lost") again(same, file);
      if (same) continue;
      const key = crypto.getRandomValues(new Uint32Array(2)).join("-");
      files.set(key, file);
      items.push(itemFor(file, key, facts));
    }
    move();
    return chosen.filter((f) => !isMedia(f.name) || !f.size).map((f) => f.name);
  }

  /** Go on with a file that was chosen once more after the page was loaded again. */
  function again(item: Item, file: File): void {
    files.set(item.key, file);
    item.phase = "waiting";
  }

  /** Start whatever may start. */
  function move(): void {
    for (const item of startable(items, Date.now(), navigator.onLine)) void begin(item);
  }

  async function begin(item: Item): Promise<void> {
    const file = files.get(item.key);
    if (!file) return void (item.phase = "lost");
    item.reason = null;
    try {
      if (!item.uploadId && !(await mayBegin(item, file))) return;
    } catch (error) {
      const problem = asProblem(error);
      return stopped(item, problem.status, problem.message || null);
    }
    if (item.phase !== "checking" && item.phase !== "waiting" && item.phase !== "interrupted")
      return; // paused or taken out meanwhile
    item.phase = "sending";
    item.measured = { sent: item.sent, at: Date.now() };
    under.set(
      item.key,
      sendFile(item, file, {
        begun: (id) => (item.uploadId = id),
        progress: (sent) => {
          progressed(item, sent, Date.now());
          item.failures = 0;
        },
        arrived: () => void arrived(item),
        broken: (status, words) => stopped(item, status, words),
      }),
    );
  }

  /** Look whether the file is here already; return whether to send it. */
  async function mayBegin(item: Item, file: File): Promise<boolean> {
    item.phase = "checking";
    item.fingerprint ??= await fingerprintOf(file);
    const twins = await twinsOf(item);
    const begun = twins.uploads[0];
    if (begun) item.uploadId = begun.id; // begun in another window, or on another computer
    const twin = twins.recordings[0];
    if (!twin || item.despiteTwin || begun) return true;
    item.twin = { recordingId: twin.recording_id, name: twin.file_name };
    if (item.phase === "checking") item.phase = "twin";
    return false;
  }

  function stopped(item: Item, status: number, words: string | null): void {
    under.delete(item.key);
    if (item.phase === "paused") return;
    if (passes(status)) interrupted(item, words, Date.now());
    else {
      item.phase = "failed";
      item.reason = words;
      item.uploadId = status === 410 || status === 422 ? null : item.uploadId;
    }
    move();
  }

  async function arrived(item: Item): Promise<void> {
    under.delete(item.key);
    item.sent = item.bytes;
    item.phase = "arrived";
    files.delete(item.key);
    move();
    for (let wait = 300; !item.recordingId && item.uploadId; wait = Math.min(5000, wait * 2)) {
      try {
        const upload = await readUpload(item.uploadId);
        item.recordingId = upload.recording_id ?? null;
        item.lessonId = upload.lesson_id ?? null;
        item.isNew = upload.new ?? null;
        if (upload.state === "refused") return void (item.phase = "failed");
      } catch {
        // the server is away for a moment; its bytes are safe
      }
      if (!item.recordingId) await new Promise((done) => setTimeout(done, wait));
    }
  }

  function pause(item: Item): void {
    item.phase = "paused";
    item.speed = item.measured = null;
    under.get(item.key)?.pause();
    under.delete(item.key);
    move();
  }

  /** Go on after a pause, a failure, or the finding that it is here already. */
  function resume(item: Item): void {
    if (item.phase === "twin") item.despiteTwin = true;
    item.phase = files.has(item.key) ? "waiting" : "lost";
    item.failures = 0;
    item.reason = null;
    move();
  }

  /** Take a file out of the line; what came of it goes. */
  async function remove(item: Item): Promise<void> {
    pause(item);
    const place = items.indexOf(item);
    if (place >= 0) items.splice(place, 1);
    files.delete(item.key);
    if (item.uploadId && !item.recordingId) await cancelUpload(item.uploadId);
  }

  /** Take what has arrived out of the list. */
  function clear(): void {
    const open = items.filter((i) => i.phase !== "arrived");
    items.splice(0, items.length, ...open);
  }

  /** Keep what is typed. */
  function say(item: Item, facts: Facts): void {
    item.facts = facts;
  }

  /** Write what was typed to where the file is by now: one change after the other. */
  function keepFacts(item: Item): Promise<void> {
    const before = writing.get(item.key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => writeFacts(item));
    writing.set(item.key, mine);
    return mine;
  }

  watch(items, () => remember(items), { deep: true, immediate: true });
  /** Break off what gets nowhere: a dead line may keep a request waiting for many minutes. */
  function breakOff(stuck: readonly Item[]): void {
    for (const item of stuck) {
      under.get(item.key)?.pause();
      under.delete(item.key);
      interrupted(item, null, Date.now());
    }
  }

  window.addEventListener("online", move);
  window.addEventListener("offline", () =>
    breakOff(items.filter((item) => item.phase === "sending")),
  );
  window.setInterval(() => {
    breakOff(items.filter((item) => stalled(item, Date.now())));
    move();
  }, 1000);
  window.addEventListener("beforeunload", (event) => {
    if (wouldStop(items)) event.preventDefault();
  });
  return { items, sums, add, pause, resume, remove, clear, say, keepFacts };
});

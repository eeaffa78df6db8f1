/**
 * The line of files to send, as plain data and plain functions: no screen, no network, no clock.
 * `store.ts` moves it along; what is here decides.
 */

/** Where a file is. */
export type Phase =
  | "waiting" // for its turn
  | "checking" // whether it is here already
  | "twin" // it seems to be; a person decides
  | "sending"
  | "interrupted" // the line is down or the server is; goes on by itself
  | "paused" // by hand
  | "lost" // the page was loaded again: the same file has to be chosen once more
  | "failed" // refused, with its reason; a person decides
  | "arrived"; // its bytes are safe; processing is another bar

/** What people write about the lesson. */
export interface Facts {
  title: string;
  teacher: string;
  subject: string;
  grade: string;
  class_name: string;
  taught_on: string;
}

/** One file of the line. */
export interface Item {
  key: string;
  name: string;
  bytes: number;
  modified: number;
  phase: Phase;
  sent: number;
  facts: Facts;
  uploadId: string | null;
  fingerprint: string | null;
  twin: { recordingId: string; name: string } | null;
  despiteTwin: boolean; // a person said: send it all the same
  reason: string | null; // why it failed or waits, in words
  failures: number; // in a row
  retryAt: number | null; // ms; when an interrupted one goes on
  speed: number | null; // bytes a second, smoothed
  measured: { sent: number; at: number } | null;
  recordingId: string | null;
  lessonId: string | null;
  isNew: boolean | null;
}

export const SIDE_BY_SIDE = 2;
const STALLED_MS = 60_000;
const LIVE: readonly Phase[] = ["waiting", "checking", "sending", "interrupted"];
const OVER: readonly Phase[] = ["arrived", "failed"];
const MEDIA =
  /\.(mp4|mov|mkv|ts|mts|m2ts|avi|flv|wmv|asf|webm|m4v|mpg|mpeg|mp3|m4a|wav|flac|aac|ogg)$/i;

export const emptyFacts = (): Facts => ({
  title: "",
  teacher: "",
  subject: "",
  grade: "",
  class_name: "",
  taught_on: "",
});

/** Return whether a file is a recording, by its name. */
export const isMedia = (name: string): boolean => MEDIA.test(name);

/** Return the title that a file's name gives. */
export const titleOf = (name: string): string => name.replace(/\.[^.]+$/, "");

/** Return a new item for a chosen file. */
export function itemFor(
  file: { name: string; size: number; lastModified: number },
  key: string,
  facts: Facts = emptyFacts(),
): Item {
  return {
    key,
    name: file.name,
    bytes: file.size,
    modified: file.lastModified,
    phase: "waiting",
    sent: 0,
    facts: { ...facts, title: titleOf(file.name) },
    uploadId: null,
    fingerprint: null,
    twin: null,
    despiteTwin: false,
    reason: null,
    failures: 0,
    retryAt: null,
    speed: null,
    measured: null,
    recordingId: null,
    lessonId: null,
    isNew: null,
  };
}

/** Return the item that a chosen file is, when it stands in the line already. */
export function known(
  items: readonly Item[],
  file: { name: string; size: number },
): Item | undefined {
  return items.find((i) => i.name === file.name && i.bytes === file.size && i.phase !== "failed");
}

/** Return the items whose turn it is: in order, so many side by side. */
export function startable(items: readonly Item[], now: number, online: boolean): Item[] {
  if (!online) return [];
  const busy = items.filter((i) => i.phase === "sending" || i.phase === "checking").length;
  const next = items.filter(
    (i) => i.phase === "waiting" || (i.phase === "interrupted" && (i.retryAt ?? 0) <= now),
  );
  return next.slice(0, Math.max(0, SIDE_BY_SIDE - busy));
}

/** How long to wait before the n-th try again: 1 s, 2 s, 4 s, … half a minute; never for ever. */
export const pause = (failures: number): number => Math.min(30_000, 1000 * 2 ** (failures - 1));

/** Return whether a refusal passes by itself: the line, a busy server, a full disk. */
export const passes = (status: number): boolean =>
  status === 0 || status === 409 || status === 423 || status === 408 || status >= 500;

/** Note that so many bytes are sent; the speed is smoothed over some seconds. */
export function progressed(item: Item, sent: number, now: number): void {
  item.sent = sent;
  if (item.measured === null || sent < item.measured.sent) {
    item.measured = { sent, at: now };
    return;
  }
  const seconds = (now - item.measured.at) / 1000;
  if (seconds < 1 || sent === item.measured.sent) return;
  const speed = (sent - item.measured.sent) / seconds;
  item.speed = item.speed === null ? speed : item.speed * 0.7 + speed * 0.3;
  item.measured = { sent, at: now };
}

/** Note that sending broke off, and when it goes on. */
export function interrupted(item: Item, reason: string | null, now: number): void {
  item.failures += 1;
  item.phase = "interrupted";
  item.reason = reason;
  item.retryAt = now + pause(item.failures);
  item.speed = null;
  item.measured = null;
}

/** Return whether nothing has moved for so long that the line must be dead. */
export const stalled = (item: Item, now: number): boolean =>
  item.phase === "sending" && item.measured !== null && now - item.measured.at > STALLED_MS;

/** Return the seconds that an item still takes, null where nobody knows. */
export function secondsLeft(item: Item): number | null {
  if (item.phase !== "sending" || !item.speed) return null;
  return (item.bytes - item.sent) / item.speed;
}

/** What the tray says of the whole line. */
export interface Totals {
  live: number;
  arrived: number;
  asks: number; // wait for a person: twins, failures, files to choose again
  share: number; // 0 to 1, of what is not over
  secondsLeft: number | null;
}

/** Return what the line comes to. */
export function totals(items: readonly Item[]): Totals {
  const open = items.filter((i) => LIVE.includes(i.phase));
  const bytes = open.reduce((sum, i) => sum + i.bytes, 0);
  const sent = open.reduce((sum, i) => sum + i.sent, 0);
  const speed = open.reduce((sum, i) => sum + (i.phase === "sending" ? (i.speed ?? 0) : 0), 0);
  return {
    live: open.length,
    arrived: items.filter((i) => i.phase === "arrived").length,
    asks: items.filter((i) => ["twin", "failed", "lost", "paused"].includes(i.phase)).length,
    share: bytes ? sent / bytes : 0,
    secondsLeft: speed ? (bytes - sent) / speed : null,
  };
}

/** Return whether leaving the page would stop something. */
export const wouldStop = (items: readonly Item[]): boolean =>
  items.some((i) => LIVE.includes(i.phase));

/** Return what is kept over a reload: what is not over, without what only a running page knows. */
export function toKeep(items: readonly Item[]): Item[] {
  return items
    .filter((i) => !OVER.includes(i.phase) || i.phase === "failed")
    .map((i) => ({ ...i, speed: null, measured: null, retryAt: null }));
}

/** Return the line after a reload: its files have to be chosen again. */
export function restored(kept: readonly Item[]): Item[] {
  return kept.map((i) => ({ ...i, phase: i.phase === "failed" ? "failed" : "lost", failures: 0 }));
}

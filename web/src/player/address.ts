import { headersFor } from "@/api/client";
import { problemOf } from "@/api/problem";

/** Where the pictures and sounds of one recording (or clip) are, for the next minutes. */
export interface Playback {
  /** The folder of all of them, ending in a slash. */
  base: string;
  master: string;
  /** Null: there is none, or it is not yet made. */
  poster: string | null;
  storyboard: string | null;
  peaks: string | null;
  /** When the addresses cease to open anything. */
  expires_at: string;
}

/** What plays: a recording, a clip, or a clip under review (`REVIEW/items/ITEM`). */
export type Kind = "recordings" | "clips" | "reviews";

/** Ask anew this long before the addresses expire. */
const AHEAD_MS = 60_000;

/** Ask where a recording or a clip plays. */
async function ask(kind: Kind, id: string): Promise<Playback> {
  const address = new URL(`/api/v1/${kind}/${id}/playback`, location.origin);
  const request = new Request(address, { headers: headersFor("GET") });
  const response = await fetch(request);
  if (!response.ok) throw await problemOf(response, request);
  return (await response.json()) as Playback;
}

/** The addresses of one recording, renewed before they expire. */
export class Address {
  private held: Playback | null = null;
  private asking: Promise<Playback> | null = null;

  constructor(
    private readonly kind: Kind,
    private readonly id: string,
  ) {}

  /** Return addresses that are still good. */
  async now(): Promise<Playback> {
    if (this.held && !this.old(this.held)) return this.held;
    this.asking ??= ask(this.kind, this.id).finally(() => (this.asking = null));
    this.held = await this.asking;
    return this.held;
  }

  /** Rewrite an address that was given earlier, so that it opens today. */
  renewed(url: string): string {
    return this.held ? moved(url, this.held.base) : url;
  }

  private old(playback: Playback): boolean {
    return Date.parse(playback.expires_at) - Date.now() < AHEAD_MS;
  }
}

/** Return the address of the same file below another folder: `/media/OLD/recordings/7/a.mp4`. */
export function moved(url: string, base: string): string {
  const file =
    /\/media\/(?:[^/]+\/)?(?:(?:recordings|clips)\/[^/]+|reviews\/[^/]+\/items\/[^/]+)\/([^/]+)$/.exec(
      url,
    )?.[1];
  if (!file) return url;
  return new URL(base + file, new URL(url, location.origin)).href;
}

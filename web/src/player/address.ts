import { api, data, type Noun } from "@/api/client";

/** Where the pictures and sounds of one recording (or clip) are, for the next minutes. */
export type Playback = Noun<"Playback">;

/** What plays: a recording, a clip, or a clip under review (`REVIEW/items/ITEM`). */
export type Kind = "recordings" | "clips" | "reviews";

/** Ask anew this long before the addresses expire. */
const AHEAD_MS = 60_000;

/** Ask where a recording or a clip plays. */
function ask(kind: Kind, id: string): Promise<Playback> {
  if (kind === "recordings") {
    const path = { recording_id: id };
    return data(api.GET("/api/v1/recordings/{recording_id}/playback", { params: { path } }));
  }
  if (kind === "clips") {
    const path = { clip_id: id };
    return data(api.GET("/api/v1/clips/{clip_id}/playback", { params: { path } }));
  }
  const [review_id = "", , item_id = ""] = id.split("/");
  const path = { review_id, item_id };
  return data(api.GET("/api/v1/reviews/{review_id}/items/{item_id}/playback", { params: { path } }));
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
    if (this.held && Date.parse(this.held.expires_at) - Date.now() > AHEAD_MS) return this.held;
    this.asking ??= ask(this.kind, this.id).finally(() => (this.asking = null));
    this.held = await this.asking;
    return this.held;
  }

  /** Rewrite an address that was given earlier, so that it opens today. */
  renewed(url: string): string {
    return this.held ? moved(url, this.held.base) : url;
  }
}

/** Return the address of the same file below another folder: `/media/OLD/recordings/7/a.mp4`. */
export function moved(url: string, base: string): string {
  const file = /\/media\/(?:[^/]+\/)?(?:recordings|clips)\/[^/]+\/([^/]+)$/.exec(url)?.[1];
  if (!file) return url;
  return new URL(base + file, new URL(url, location.origin)).href;
}

import type Hls from "hls.js";
import type { HlsConfig } from "hls.js";
import type { Address } from "./address";

/** One form of the picture that may be chosen; -1 chooses by itself. */
export interface Quality {
  index: number;
  height: number;
}

/** What became of connecting a film: the qualities there are, and how to choose and to leave. */
export interface Source {
  qualities: () => Quality[];
  choose: (index: number) => void;
  /** Whether there are captions, and showing them. */
  captioned: () => boolean;
  captions: (on: boolean) => void;
  leave: () => void;
}

/** A loader that asks at today's address for what a playlist named under yesterday's. */
function settings(address: Address): Partial<HlsConfig> {
  return {
    maxBufferLength: 30,
    maxMaxBufferLength: 120,
    backBufferLength: 60,
    capLevelToPlayerSize: true,
    enableWorker: true,
    xhrSetup: async (xhr, url) => {
      await address.now();
      xhr.open("GET", address.renewed(url), true);
    },
  };
}

/** Let a video play a recording: through hls.js, else by what the browser itself can do. */
export async function connect(
  video: HTMLVideoElement,
  address: Address,
  on: { parsed: () => void; failed: (detail: string) => void },
): Promise<Source> {
  const playback = await address.now();
  const { default: Player } = await import("hls.js");
  if (!Player.isSupported()) {
    video.src = playback.master;
    video.addEventListener("error", () => on.failed("native"), { once: true });
    return {
      qualities: () => [],
      choose: () => undefined,
      captioned: () => tracks(video).length > 0,
      captions: (on) => tracks(video).forEach((track) => (track.mode = on ? "showing" : "hidden")),
      leave: () => (video.src = ""),
    };
  }
  const hls: Hls = new Player(settings(address));
  hls.on(Player.Events.MANIFEST_PARSED, on.parsed);
  hls.on(Player.Events.SUBTITLE_TRACKS_UPDATED, on.parsed);
  let mended = 0;
  hls.on(Player.Events.ERROR, (_event, fault) => {
    if (!fault.fatal) return;
    if (fault.type === Player.ErrorTypes.MEDIA_ERROR && mended++ < 2) hls.recoverMediaError();
    else on.failed(fault.details);
  });
  hls.loadSource(playback.master);
  hls.attachMedia(video);
  hls.subtitleDisplay = false;
  return {
    qualities: () =>
      hls.levels
        .map(({ height }, index) => ({ index, height }))
        .sort((a, b) => b.height - a.height),
    choose: (index) => (hls.currentLevel = index),
    captioned: () => hls.subtitleTracks.length > 0,
    captions: (on) => {
      hls.subtitleDisplay = on;
      hls.subtitleTrack = on ? 0 : -1;
    },
    leave: () => hls.destroy(),
  };
}

function tracks(video: HTMLVideoElement): TextTrack[] {
  return [...video.textTracks].filter((track) => track.kind !== "metadata");
}

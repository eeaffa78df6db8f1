import { computed, onScopeDispose, ref, shallowRef, type Ref } from "vue";
import type { Stretch } from "@/lesson/selection";
import { preRoll } from "@/lesson/selection";

/** A loop begins this much before the stretch, so that the ear is ready. */
export const PRE_ROLL_MS = 2000;
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** Everything that plays, pauses and seeks; the picture itself is a native `<video>`. */
export function useTransport(frame_ms: Ref<number>) {
  const video = shallowRef<HTMLVideoElement | null>(null);
  const now = ref(0);
  const duration = ref(0);
  const playing = ref(false);
  const ready = ref(false);
  const speed = ref(1);
  const looping = ref(false);
  const stretch = shallowRef<Stretch | null>(null);
  let tick = 0;
  let wanted: number | null = null;

  const read = () => {
    const film = video.value;
    if (!film) return;
    now.value = film.currentTime * 1000;
    const { value } = stretch;
    if (value && !film.paused && now.value >= value.end_ms) arrive(film, value);
  };
  const arrive = (film: HTMLVideoElement, at: Stretch) => {
    if (looping.value) film.currentTime = preRoll(at, PRE_ROLL_MS) / 1000;
    else {
      film.pause();
      film.currentTime = at.end_ms / 1000;
      stretch.value = null;
    }
  };
  const run = () => {
    read();
    tick = playing.value ? requestAnimationFrame(run) : 0;
  };
  const listeners: Record<string, () => void> = {
    play: () => {
      playing.value = true;
      tick ||= requestAnimationFrame(run);
    },
    pause: () => (playing.value = false),
    timeupdate: read,
    seeked: read,
    seeking: read,
    ratechange: () => (speed.value = video.value?.playbackRate ?? 1),
    durationchange: () => (duration.value = (video.value?.duration || 0) * 1000),
    loadedmetadata: () => {
      ready.value = true;
      if (wanted !== null && video.value) video.value.currentTime = wanted / 1000;
      wanted = null;
    },
  };

  /** Take the video over, or let it go (null). */
  function attach(element: HTMLVideoElement | null): void {
    const old = video.value;
    for (const [name, hear] of Object.entries(listeners)) {
      old?.removeEventListener(name, hear);
      element?.addEventListener(name, hear);
    }
    video.value = element;
  }

  /** Go to a moment; before the film is loaded it is remembered. */
  function seek(at_ms: number): void {
    const most = duration.value || Infinity;
    const target = Math.min(Math.max(at_ms, 0), most);
    const { value } = stretch;
    if (value && !looping.value && (target < value.start_ms - PRE_ROLL_MS || target > value.end_ms))
      stretch.value = null;
    now.value = target;
    if (video.value && ready.value) video.value.currentTime = target / 1000;
    else wanted = target;
  }

  function play(): void {
    // Refused by a browser that wants a gesture first: the button stays what it was.
    video.value?.play().catch(() => (playing.value = false));
  }

  function pause(): void {
    video.value?.pause();
  }

  function toggle(): void {
    if (playing.value) pause();
    else play();
  }

  /** Play from the beginning of a stretch to its end, then stop (or begin again when looping). */
  function playStretch(at: Stretch, roll_ms = 0): void {
    stretch.value = at;
    now.value = preRoll(at, roll_ms);
    if (video.value) video.value.currentTime = now.value / 1000;
    play();
  }

  /** Play a stretch over and over, a little before it included; again: let it end. */
  function loop(at: Stretch | null): void {
    looping.value = !looping.value && at !== null;
    if (looping.value && at) playStretch(at, PRE_ROLL_MS);
    else stretch.value = null;
  }

  /** Go one frame on or back; the film stands still. */
  function step(frames: number): void {
    pause();
    const frame = frame_ms.value || 40;
    // To the middle of the frame: its edge may round into the neighbour.
    seek((Math.floor(now.value / frame + 1e-3) + frames + 0.5) * frame);
  }

  /** Go to the next faster (1) or slower (-1) speed. */
  function changeSpeed(direction: 1 | -1): void {
    const index = SPEEDS.findIndex((one) => one >= speed.value - 0.01);
    setSpeed(SPEEDS[Math.min(Math.max(index + direction, 0), SPEEDS.length - 1)]!);
  }

  function setSpeed(rate: number): void {
    speed.value = rate;
    if (video.value) video.value.playbackRate = rate;
  }

  function mute(): void {
    if (video.value) video.value.muted = !video.value.muted;
  }

  onScopeDispose(() => {
    cancelAnimationFrame(tick);
    attach(null);
  });
  const second = computed(() => Math.floor(now.value / 1000));
  return {
    video, now, second, duration, playing, ready, speed, looping, stretch,
    attach, seek, play, pause, toggle, playStretch, loop, step, changeSpeed, setSpeed, mute,
  }; // prettier-ignore
}

export type Transport = ReturnType<typeof useTransport>;

import { describe, expect, it } from "vitest";
import {
  actionOf,
  belongsTo,
  DEFAULTS,
  holders,
  nameOf,
  remapped,
  restored,
  type Press,
} from "./keymap";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  keyCode: 0,
  ...more,
});
const element = (html: string): Element => {
  document.body.innerHTML = html;
  return document.body.querySelector("[data-here]")!;
};

describe("the key map", () => {
  it("knows each key by one name", () => {
    expect(nameOf(press(" "))).toBe("Space");
    expect(nameOf(press("k"))).toBe("K");
    expect(nameOf(press("L", { shiftKey: true }))).toBe("Shift+L");
    expect(nameOf(press("?", { shiftKey: true }))).toBe("?");
    expect(nameOf(press("z", { metaKey: true, shiftKey: true }))).toBe("Ctrl+Shift+Z");
    expect(nameOf(press("Shift", { shiftKey: true }))).toBeNull();
  });

  it("gives no key to two actions", () => {
    const all = Object.values(DEFAULTS).flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it("is silent while an input method composes", () => {
    expect(actionOf(DEFAULTS, press("k"))).toBe("play");
    expect(actionOf(DEFAULTS, press("k", { isComposing: true }))).toBeNull();
    expect(actionOf(DEFAULTS, press("k", { keyCode: 229 }))).toBeNull();
    expect(actionOf(DEFAULTS, press("f", { ctrlKey: true }))).toBeNull();
  });

  it("leaves fields, buttons and sliders their own keys", () => {
    const field = element(`<textarea data-here></textarea>`);
    expect(belongsTo(field, "play", press("k"))).toBe(true);
    expect(belongsTo(field, "submit", press("Enter", { ctrlKey: true }))).toBe(false);
    const button = element(`<button data-here></button>`);
    expect(belongsTo(button, "play", press(" "))).toBe(true);
    expect(belongsTo(button, "play", press("k"))).toBe(false);
    const slider = element(`<div role="slider" data-here></div>`);
    expect(belongsTo(slider, "forward5", press("ArrowRight"))).toBe(true);
    expect(belongsTo(element(`<p data-here></p>`), "play", press(" "))).toBe(false);
    expect(
      belongsTo(element(`<div role="dialog"><p data-here></p></div>`), "play", press("k")),
    ).toBe(true);
  });

  it("can be remapped, and says who had the key before", () => {
    expect(holders(DEFAULTS, "K", "mute")).toEqual(["play"]);
    const keys = remapped(DEFAULTS, "mute", "K");
    expect(keys.mute).toEqual(["K"]);
    expect(keys.play).toEqual(["Space"]);
    expect(actionOf(keys, press("m"))).toBeNull();
  });

  it("is kept, and survives what it does not understand", () => {
    const kept = JSON.stringify({ off: true, keys: { mute: ["U"], play: "K" } });
    expect(restored(kept)).toMatchObject({
      off: true,
      keys: { mute: ["U"], play: ["Space", "K"] },
    });
    expect(restored("{not json")).toEqual({ off: false, keys: DEFAULTS });
    expect(restored(null).keys).toEqual(DEFAULTS);
  });
});

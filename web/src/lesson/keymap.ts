/** What a key may do in the lesson workspace, with its keys as they come. */
export const DEFAULTS = {
  play: ["Space", "K"],
  back10: ["J"],
  forward10: ["L"],
  back5: ["ArrowLeft"],
  forward5: ["ArrowRight"],
  frameBack: [","],
  frameForward: ["."],
  faster: ["Shift+L", ">"],
  slower: ["Shift+J", "<"],
  setIn: ["I"],
  setOut: ["O"],
  goIn: ["Shift+I"],
  goOut: ["Shift+O"],
  loop: ["R"],
  previousSegment: ["["],
  nextSegment: ["]"],
  search: ["/"],
  tag: ["T"],
  comment: ["C"],
  accept: ["A"],
  edit: ["E"],
  dismiss: ["X"],
  undo: ["Ctrl+Z"],
  redo: ["Ctrl+Shift+Z"],
  submit: ["Ctrl+Enter"],
  mute: ["M"],
  fullScreen: ["F"],
  clear: ["Escape"],
  help: ["?"],
} as const satisfies Record<string, readonly string[]>;

export type Action = keyof typeof DEFAULTS;
export type Keys = Record<Action, readonly string[]>;
export const ACTIONS = Object.keys(DEFAULTS) as Action[];

/** A key as the browser tells it. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

/** Return a key's name, such as `Ctrl+Shift+Z` or `?`; null where it is a modifier alone. */
export function nameOf(press: Press): string | null {
  if (["Control", "Shift", "Alt", "Meta", "Process", "Dead"].includes(press.key)) return null;
  const letter = /^[a-z]$/i.test(press.key);
  const key = press.key === " " ? "Space" : letter ? press.key.toUpperCase() : press.key;
  // A sign such as ? or > is what it is, whichever keys it takes to type it.
  const shift = press.shiftKey && (letter || key.length > 1);
  return [
    press.ctrlKey || press.metaKey ? "Ctrl+" : "",
    press.altKey ? "Alt+" : "",
    shift ? "Shift+" : "",
    key,
  ].join("");
}

/** Return what a key does, if anything. */
export function actionOf(keys: Keys, press: Press): Action | null {
  // An input method is composing: the key is a letter of a word, not a command.
  if (press.isComposing || press.keyCode === 229) return null;
  const name = nameOf(press);
  if (!name) return null;
  return ACTIONS.find((action) => keys[action].includes(name)) ?? null;
}

const FIELDS = "input:not([type=checkbox],[type=radio],[type=range],[type=button]),textarea,select";
const OWN_KEYS = "button,a,summary,[role=button],[role=tab],[role=option],[role=switch],input";
const SLIDERS = "[role=slider],input[type=range],media-time-range,media-volume-range";

/** Return whether the key belongs to what has the focus and is no command of ours. */
export function belongsTo(target: Element | null, action: Action, press: Press): boolean {
  if (!target) return false;
  const writing = target.closest(FIELDS) || (target as HTMLElement).isContentEditable;
  if (writing) return action !== "submit" && action !== "clear";
  if (press.key === " " || press.key === "Enter") {
    if (target.closest(OWN_KEYS) && action !== "submit") return true;
  }
  const arrows = press.key.startsWith("Arrow") || press.key === " ";
  if (arrows && target.closest(`${SLIDERS},[role=tablist],[role=listbox]`)) return true;
  // A dialog over the page has the keys for itself; only Escape closes it, by its own means.
  return Boolean(target.closest("[role=dialog],dialog"));
}

/** Return the actions that already have a key, besides `but`. */
export function holders(keys: Keys, name: string, but?: Action): Action[] {
  return ACTIONS.filter((action) => action !== but && keys[action].includes(name));
}

/** Give an action one key instead of its own; who had that key before loses it. */
export function remapped(keys: Keys, action: Action, name: string): Keys {
  const freed = Object.fromEntries(
    ACTIONS.map((other) => [other, keys[other].filter((key) => key !== name)]),
  ) as unknown as Keys;
  return { ...freed, [action]: [name] };
}

/** Read back what was kept; what is not understood falls back to the keys as they come. */
export function restored(text: string | null): { off: boolean; keys: Keys } {
  try {
    const kept = JSON.parse(text ?? "{}") as { off?: unknown; keys?: Record<string, unknown> };
    const keys = Object.fromEntries(
      ACTIONS.map((action) => {
        const own = kept.keys?.[action];
        const fits = Array.isArray(own) && own.every((key) => typeof key === "string");
        return [action, fits ? own : DEFAULTS[action]];
      }),
    ) as unknown as Keys;
    return { off: kept.off === true, keys };
  } catch {
    return { off: false, keys: { ...DEFAULTS } };
  }
}

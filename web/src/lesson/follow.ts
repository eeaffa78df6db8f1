import type { Stretch } from "./selection";

/** Return the number of the line that is being said, or was said last; -1 before the first. */
export function lineAt(lines: readonly Stretch[], at_ms: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.start_ms <= at_ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Heights of rows of which only some were ever seen; the others are guessed. */
export class Heights {
  private readonly known = new Map<string, number>();
  private tops: Float64Array = new Float64Array(1);
  private stale = true;

  constructor(
    private ids: readonly string[],
    private readonly guess: number,
  ) {}

  /** Take another list of rows; what was measured of a row that stays is kept. */
  replace(ids: readonly string[]): void {
    this.ids = ids;
    this.stale = true;
  }

  /** Remember how high a row is. Returns whether anything moved. */
  measure(id: string, height: number): boolean {
    const before = this.known.get(id) ?? this.guess;
    if (Math.abs(before - height) < 0.5 && this.known.has(id)) return false;
    this.known.set(id, height);
    this.stale ||= Math.abs(before - height) >= 0.5;
    return this.stale;
  }

  /** Where a row begins, in px from the top of all; the number of rows gives the height of all. */
  top(index: number): number {
    if (this.stale) this.sum();
    return this.tops[Math.min(Math.max(index, 0), this.ids.length)]!;
  }

  get total(): number {
    return this.top(this.ids.length);
  }

  /** Return the first and the last row (exclusive) to draw, a few more on both sides. */
  window(scroll: number, height: number, spare = 6): [number, number] {
    if (this.stale) this.sum();
    const first = this.at(scroll);
    const last = this.at(scroll + height);
    return [Math.max(first - spare, 0), Math.min(last + 1 + spare, this.ids.length)];
  }

  private at(offset: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private sum(): void {
    this.tops = new Float64Array(this.ids.length + 1);
    this.ids.forEach((id, index) => {
      this.tops[index + 1] = this.tops[index]! + (this.known.get(id) ?? this.guess);
    });
    this.stale = false;
  }
}

import table from "./initials.json";

const order = new Intl.Collator("zh-CN");
const HAN = /\p{Script=Han}/u;

/**
 * Return the initials of a name's reading: each Han character by its place among the first ones of
 * each letter in the dictionary's order. Rare second readings are missed; names can be typed too.
 */
export function initialsOf(name: string): string {
  return [...name]
    .map((c) => {
      if (!HAN.test(c)) return /[a-z0-9]/i.test(c) ? c.toLowerCase() : "";
      const index = [...table.first].findLastIndex((first) => order.compare(first, c) <= 0);
      return table.letters[Math.max(index, 0)]!.toLowerCase();
    })
    .join("");
}

/** A piece of text, and whether it is what was searched for. */
export interface Piece {
  text: string;
  found: boolean;
}

/** Return a snippet in pieces: what lies between the marks, and what they mark. */
export function pieces(snippet: string, marks: readonly (readonly number[])[]): Piece[] {
  const found: Piece[] = [];
  const characters = [...snippet]; // the server counts characters, not UTF-16 units
  let at = 0;
  for (const [start = 0, end = 0] of marks) {
    if (start < at) continue;
    if (start > at) found.push({ text: characters.slice(at, start).join(""), found: false });
    found.push({ text: characters.slice(start, end).join(""), found: true });
    at = end;
  }
  if (at < characters.length) found.push({ text: characters.slice(at).join(""), found: false });
  return found;
}

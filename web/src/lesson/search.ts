/** One place in the transcript where the words stand. */
export interface Hit {
  line: number;
  start: number;
  end: number;
}

/** Fold what should not matter: width, case. One character stays one, so that places stay places. */
export function folded(text: string): string {
  return [...text]
    .map((c) => {
      const plain = c.normalize("NFKC").toLowerCase();
      return plain.length === c.length ? plain : c;
    })
    .join("");
}

/** Find words in lines. No words, no hits. */
export function findHits(lines: readonly { text: string }[], words: string): Hit[] {
  const wanted = folded(words.trim());
  if (!wanted) return [];
  return lines.flatMap(({ text }, line) => {
    const hits: Hit[] = [];
    const plain = folded(text);
    for (let at = plain.indexOf(wanted); at >= 0; at = plain.indexOf(wanted, at + wanted.length))
      hits.push({ line, start: at, end: at + wanted.length });
    return hits;
  });
}

/** Cut a line into pieces, those that were found marked. */
export function pieces(text: string, hits: readonly Hit[]): { text: string; found: boolean }[] {
  const parts: { text: string; found: boolean }[] = [];
  let at = 0;
  for (const hit of hits) {
    if (hit.start > at) parts.push({ text: text.slice(at, hit.start), found: false });
    parts.push({ text: text.slice(hit.start, hit.end), found: true });
    at = hit.end;
  }
  if (at < text.length) parts.push({ text: text.slice(at), found: false });
  return parts;
}

const begin = "<!-- figures: written by `npm run bench -- --write` -->";
const end = "<!-- end of figures -->";

/**
 * A text with the part between its two markers replaced.
 * @throws Error where the markers are missing or in the wrong order
 */
export function withFigures(text: string, figures: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from)
    throw new Error(`bench/README.md: write "${begin}" and below it "${end}", where the figures belong`);
  return `${text.slice(0, from + begin.length)}\n\n${figures}\n\n${text.slice(to)}`;
}

const end = "<!-- end of figures -->";

/**
 * A text with the part between its two markers replaced.
 * @param command what measures the figures, as the first marker names it
 * @throws Error where the markers are missing or in the wrong order
 */
export function withFigures(text: string, figures: string, command = "npm run bench"): string {
  const begin = `<!-- figures: written by \`${command} -- --write\` -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1)
    throw new Error(`bench/README.md: write "${begin}" and below it "${end}", where the figures belong`);
  return `${text.slice(0, from + begin.length)}\n\n${figures}\n\n${text.slice(to)}`;
}

/** When the first line of progress is due, in seconds, and the longest time between two. */
const first = 5;
const longestGap = 60;

/**
 * When the next line of progress is due, in seconds since the beginning: after 5, 10, 20, 40, 80, then every 60. A command's
 * progress is printed again when it fails, so a long one must not say much.
 * @param shown when the last line was shown; undefined before the first
 */
export function nextProgress(shown: number | undefined): number {
  return shown === undefined ? first : shown + Math.min(Math.max(shown, first), longestGap);
}

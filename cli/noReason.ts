/** Whether a text says no reason: an empty one, and the word that our own advice has in its place. */
export function isNoReason(text: string | undefined): boolean {
  return text !== undefined && ["", "WHY"].includes(text.trim());
}

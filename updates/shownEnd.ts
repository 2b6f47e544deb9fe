import { shownError } from "./shownError";
import type { UpEnd } from "./upEnd";

/**
 * How an `up` ended, as a person may see it. A lock that is worded in another way than Pulumi's own is told in the
 * backend's words, which may hold more than who has it.
 */
export async function shownEnd(end: UpEnd, showing: Parameters<typeof shownError>[1]): Promise<UpEnd> {
  if ("why" in end) return { ...end, why: await shownError(end.why, showing) };
  if (end.end !== "locked") return end;
  const holders = end.holders.map(async (holder) =>
    holder.pid === undefined ? { ...holder, text: await shownError(holder.text, showing) } : holder,
  );
  return { ...end, holders: await Promise.all(holders) };
}

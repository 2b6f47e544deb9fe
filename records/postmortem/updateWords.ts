import { moveWords, type ReleaseRecord } from "../releaseRecord";
import { code } from "./markdown";

/** What an `up` came to, in words. */
export function endWords({ outcome, stoppedAt, seconds }: ReleaseRecord): string {
  const took = seconds === undefined ? "" : ` after ${seconds} s`;
  if (outcome === "passed") return `passed${took}`;
  const where = stoppedAt === undefined ? "" : ` at ${stoppedAt.step}: ${code(stoppedAt.open.join(", "))}`;
  return outcome === "failed" ? `failed${took}${where}` : `did not come to its end${where}`;
}

export function moveCode(record: ReleaseRecord): string {
  return code(moveWords(record));
}

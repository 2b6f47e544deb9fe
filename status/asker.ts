import type { TimeLimit } from "../assessment/timeLimit";
import type { Known } from "./status";

/** What a question gives within the limit, else why it does not. */
export function asker(limit: TimeLimit) {
  return <Value>(answer: Promise<Value>): Promise<Known<Value>> =>
    limit.for<Known<Value>>(
      answer.catch((error: unknown) => ({ unknown: messageOf(error) })),
      { unknown: limit.text },
    );
}

/** What a look gives, else why it gives nothing. */
export function told<Value>(look: () => Value): Known<Value> {
  try {
    return look();
  } catch (error) {
    return { unknown: messageOf(error) };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

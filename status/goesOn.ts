import type { Status } from "./status";

/** Whether an update is under way, as far as is known here, so that what it does is not done yet. */
export function goesOn({ locks, begun }: Pick<Status, "locks" | "begun">): boolean {
  return locks.some(({ alive }) => alive !== false) || begun.some(({ alive }) => alive);
}

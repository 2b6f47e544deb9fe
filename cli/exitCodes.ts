/** What the command's exit code tells. */
export const exitCodes = {
  done: 0,
  /** Something went wrong that is neither the input's nor the environment's fault, such as a full disk. */
  failed: 1,
  /** Wrong usage, or input that is refused. Nothing was changed. */
  badInput: 2,
  /** Something outside is broken or out of reach, such as a registry. Nothing was changed. */
  brokenEnvironment: 4,
} as const;

/** Something outside that the command needs and can't use; the message says what and what to do. */
export class BrokenEnvironment extends Error {
  override readonly name = "BrokenEnvironment";
}

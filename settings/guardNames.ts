/** Guards that an `up` can go on without: what they refuse, a person can answer for. */
export const breakableGuards = [
  "hold",
  "quarantine",
  "ci",
  "schema",
  "horizon",
  "backup",
  "disk",
  "byHand",
] as const;

/** Guards that nothing gets past: there would be nothing to go on with, or data would go that nobody has looked at. */
export const firmGuards = ["catalog", "image", "engine", "takenName", "migrationTool", "stepDown"] as const;

/** What an `up` is refused by. */
export type GuardName = (typeof breakableGuards)[number] | (typeof firmGuards)[number];

/** Guards that an `up` can go on without: what they refuse, a person can answer for. */
export const breakableGuards = [
  "hold",
  "reviewed",
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

export type FirmGuard = (typeof firmGuards)[number];

/** What an `up` is refused by. */
export type GuardName = (typeof breakableGuards)[number] | FirmGuard;

/** Gates that an `up` can leave out. The health gate is none of them. */
export const breakableGates = ["commands", "errorRate", "hooks"] as const;
export type BreakableGate = (typeof breakableGates)[number];

/** What break-glass can name. */
export const breakable = [...breakableGuards, ...breakableGates] as const;
export type Breakable = (typeof breakable)[number];

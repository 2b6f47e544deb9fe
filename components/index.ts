/** What a Pulumi program of the user's own is given of this package: main.d.ts says what of it stays as it is. */
export { assessRelease, type AssessedRelease, type AssessReleaseArgs } from "./assessedRelease";
export { CommandGate, type CommandGateArgs } from "./commandGate";
export { DeployedRelease, type DeployedReleaseArgs, type PassedGate } from "./deployedRelease";
export { ErrorRateGate, type ErrorRateGateArgs } from "./errorRateGate";
export { HealthGate, type HealthGateArgs } from "./healthGate";

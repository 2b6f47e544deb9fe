import type { Direction } from "../history/running";
import { breakGlassCommand, type GlassSetting } from "../settings/breakGlassCommand";
import type { BackupPlan } from "./backupPlan";
import { isGood } from "./breakGlass";
import type { Refusal } from "./refusal";

export interface BackupQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  direction: Direction;
  /** Undefined where none is made. */
  backup: BackupPlan | undefined;
  /** The version that this `up` takes back; undefined for none. */
  stepDown: string | undefined;
  /** Of this assessment. */
  fingerprint: string;
  acknowledge?: string;
  breakGlass?: GlassSetting;
  /** ISO 8601, UTC. */
  now: string;
}

export interface GuardedBackup {
  /** The backup that is made; undefined for none, also where the `up` goes on without one. */
  backup?: BackupPlan;
  warnings: string[];
  refusals: Refusal[];
}

/**
 * What a backup that can't be made means for an `up`.
 *
 * A plain rollback changes no schema and needs no backup, so nothing of this can stand in its way. One that changes the
 * schema as well goes on, warned, where the backup was a precaution; but lack of space is refused as it is for images.
 * Where data is lost, or nobody can say whether any is, a rollback is refused like any other `up`: it is not the way back
 * that is refused then, but its destroying data that nothing brings back. The way back itself, with the schema left as it
 * is, stays open, and the refusal names it. To find it out later would be worse: for a step-down the services are stopped
 * by then.
 */
export function guardBackup(question: BackupQuestion): GuardedBackup {
  const { direction, backup } = question;
  const obstacle = backup?.obstacle;
  if (backup === undefined) return { warnings: [], refusals: [] };
  if (obstacle === undefined) return { backup, warnings: [], refusals: [] };
  const { reason, mayLose } = backup;
  if (direction === "rollback" && !mayLose && obstacle.kind !== "space")
    return {
      warnings: [`No backup is made, though ${reason}, since none can be made. ${obstacle.text}`],
      refusals: [],
    };
  const text = `A backup is to be made first, since ${reason}, and it can't be made. ${obstacle.text}`;
  return { backup, warnings: [], refusals: [{ guard: "backup", text, answer: waysOn(question) }] };
}

/** Break-glass ends by itself and is recorded; what the setting says of backups holds for every later change. */
function waysOn({ stack, stepDown, fingerprint, acknowledge, breakGlass, now }: BackupQuestion): string {
  const good = breakGlass !== undefined && isGood(breakGlass.until, now) ? breakGlass : undefined;
  const stale =
    acknowledge === undefined || acknowledge === fingerprint
      ? []
      : [`What was acknowledged (${acknowledge}) is not this assessment.`];
  return [
    ...(stepDown === undefined
      ? []
      : [`To leave the schema as it is: pulumi config rm stepDown --stack ${stack}`]),
    ...stale,
    "To go without one this time, once what is assessed above was looked at:",
    ...(acknowledge === fingerprint
      ? []
      : [`  pulumi config set acknowledge ${fingerprint} --stack ${stack}`]),
    ...(good?.guards.includes("backup") === true
      ? []
      : [`  ${breakGlassCommand(stack, "backup", good, now)}`]),
    `To go without one for good, unasked at every later change: pulumi config set --path database.backup.when never --stack ${stack}`,
  ].join("\n");
}

import type { Direction } from "../history/running";
import type { BackupPlan } from "./backupPlan";

export interface BackupQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  direction: Direction;
  /** Undefined where none is made. */
  backup: BackupPlan | undefined;
  /** The version that this `up` takes back; undefined for none. */
  stepDown: string | undefined;
}

export interface GuardedBackup {
  /** The backup that is made; undefined for none, also where the `up` goes on without one. */
  backup?: BackupPlan;
  warnings: string[];
  refusals: string[];
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
export function guardBackup({ stack, direction, backup, stepDown }: BackupQuestion): GuardedBackup {
  const obstacle = backup?.obstacle;
  if (backup === undefined) return { warnings: [], refusals: [] };
  if (obstacle === undefined) return { backup, warnings: [], refusals: [] };
  const { reason, mayLose } = backup;
  if (direction === "rollback" && !mayLose && obstacle.kind !== "space")
    return {
      warnings: [`No backup is made, though ${reason}, since none can be made. ${obstacle.text}`],
      refusals: [],
    };
  const ways = [
    ...(stepDown === undefined
      ? []
      : [`To leave the schema as it is: pulumi config rm stepDown --stack ${stack}`]),
    `To go without one: pulumi config set --path database.backup.when never --stack ${stack}`,
  ];
  return {
    backup,
    warnings: [],
    refusals: [
      [`A backup is to be made first, since ${reason}, and it can't be made. ${obstacle.text}`, ...ways].join(
        "\n",
      ),
    ],
  };
}

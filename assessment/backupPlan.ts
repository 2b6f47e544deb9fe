import { sizeText } from "../backups/space";
import type { BackupObstacle } from "../backups/backupObstacle";
import { unreadRule, type CombinedJudgement } from "../schema/combine";
import type { StepDown } from "../schema/stepDown/stepDown";

/** What asks for a backup, and what is known of the last one. */
export interface BackupPlan {
  /** Why one is made, in a part of a sentence. */
  reason: string;
  /** Whether data is lost, or nobody knows whether any is; otherwise it is a precaution. */
  mayLose: boolean;
  /** What the migrations to be applied destroy. @default nothing that is known */
  destroys?: readonly string[];
  /** Undefined before the first. */
  last?: LastBackup;
  /** Why it can't be made, as far as that can be seen before. */
  obstacle?: BackupObstacle;
}

/** What asks for one, before anything is known of how it would be made. */
export type BackupNeed = Pick<BackupPlan, "reason" | "mayLose" | "destroys">;

export interface LastBackup {
  seconds: number;
  /** Undefined of the user's own command. */
  bytes?: number;
}

export interface BackupQuestion {
  when: "risky" | "always" | "never";
  /** How many migrations are to be applied. */
  pending: number;
  /** What they mean for what is in the database; undefined where there was no time to judge it. */
  judgement: CombinedJudgement | undefined;
  /** Migrations to be applied whose SQL can't be read, or not whole. */
  unread: readonly string[];
  /** The step-down that this `up` takes. @default none */
  steppingDown?: Pick<StepDown, "version" | "verdict" | "confirmed"> | undefined;
}

/** Whether a backup is made before the schema changes, and why; undefined for none. */
export function backupNeed(question: BackupQuestion): BackupNeed | undefined {
  const reason = backupReason(question);
  if (reason === undefined) return undefined;
  const { judgement } = question;
  const destroys = destroyedObjects(judgement);
  return {
    reason,
    mayLose: mayLose(question),
    ...(destroys.length > 0 && { destroys }),
  };
}

function mayLose({ pending, judgement, unread, steppingDown }: BackupQuestion): boolean {
  if (steppingDown !== undefined && (steppingDown.verdict === "lossy" || !steppingDown.confirmed))
    return true;
  if (pending === 0) return false;
  return (
    judgement === undefined ||
    judgement.verdict === "destructive" ||
    unreadIn({ unread, judgement }).length > 0
  );
}

function backupReason({
  when,
  pending,
  judgement,
  unread,
  steppingDown,
}: BackupQuestion): string | undefined {
  if (when === "never" || (pending === 0 && steppingDown === undefined)) return undefined;
  if (when === "always") return "database.backup.when is always";
  if (steppingDown?.verdict === "lossy") return `the step-down of ${steppingDown.version} loses data`;
  if (pending === 0) return undefined;
  if (judgement?.verdict === "destructive") return `the migrations are destructive${objectsText(judgement)}`;
  const unknown = unreadIn({ unread, judgement });
  if (unknown.length > 0) return `what ${unknown.join(", ")} does can't be read`;
  return judgement === undefined ? "there was no time to judge the migrations" : undefined;
}

/** What of the migrations to be applied nobody can say. */
function unreadIn({ unread, judgement }: Pick<BackupQuestion, "unread" | "judgement">): string[] {
  return [...new Set([...unread, ...unreadPlaces(judgement)])];
}

/** The migrations of which a part could not be read. */
function unreadPlaces(judgement: CombinedJudgement | undefined): string[] {
  const unread = judgement?.findings.filter(({ rule }) => rule === unreadRule) ?? [];
  return unread.map(({ migration, object }) => migration ?? object);
}

/** Objects that are named in one line; more are counted. */
const namedAtMost = 3;

function destroyedObjects(judgement: CombinedJudgement | undefined): string[] {
  const findings = judgement?.findings.filter(({ verdict }) => verdict === "destructive") ?? [];
  return [...new Set(findings.map(({ object }) => object))];
}

function objectsText(judgement: CombinedJudgement): string {
  const objects = destroyedObjects(judgement);
  const more = objects.length > namedAtMost ? ` and ${objects.length - namedAtMost} more` : "";
  return objects.length === 0 ? "" : ` (${objects.slice(0, namedAtMost).join(", ")}${more})`;
}

/** What is made first, and how long that will hardly fall short of. */
export function backupText({ reason, last }: BackupPlan): string {
  const size = last?.bytes === undefined ? "" : ` and ${sizeText(last.bytes)}`;
  const time = last === undefined ? "" : `; the last one took ${last.seconds} s${size}`;
  return `a backup is made first: ${reason}${time}`;
}

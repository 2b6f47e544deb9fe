import { sizeText } from "../backups/space";
import type { BackupObstacle } from "../backups/backupObstacle";
import { unreadRule, type CombinedJudgement } from "../schema/combine";
import type { StepDown } from "../schema/stepDown/stepDown";

/** What asks for a backup, and what is known of the last one. */
export interface BackupPlan {
  /** Why one is made, in a part of a sentence. */
  reason: string;
  /** Whether data is known to be lost; otherwise it is a precaution. */
  loses: boolean;
  /** Undefined before the first. */
  last?: LastBackup;
  /** Why it can't be made, as far as that can be seen before. */
  obstacle?: BackupObstacle;
}

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
  steppingDown?: Pick<StepDown, "version" | "verdict"> | undefined;
}

/** Whether a backup is made before the schema changes, and why; undefined for none. */
export function backupNeed(question: BackupQuestion): Pick<BackupPlan, "reason" | "loses"> | undefined {
  const reason = backupReason(question);
  if (reason === undefined) return undefined;
  const { judgement, steppingDown } = question;
  return { reason, loses: steppingDown?.verdict === "lossy" || judgement?.verdict === "destructive" };
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
  const unknown = [...new Set([...unread, ...unreadPlaces(judgement)])];
  if (unknown.length > 0) return `what ${unknown.join(", ")} does can't be read`;
  return judgement === undefined ? "there was no time to judge the migrations" : undefined;
}

/** The migrations of which a part could not be read. */
function unreadPlaces(judgement: CombinedJudgement | undefined): string[] {
  const unread = judgement?.findings.filter(({ rule }) => rule === unreadRule) ?? [];
  return unread.map(({ migration, object }) => migration ?? object);
}

/** Objects that are named in one line; more are counted. */
const namedAtMost = 3;

function objectsText({ findings }: CombinedJudgement): string {
  const objects = [
    ...new Set(findings.filter(({ verdict }) => verdict === "destructive").map(({ object }) => object)),
  ];
  const more = objects.length > namedAtMost ? ` and ${objects.length - namedAtMost} more` : "";
  return objects.length === 0 ? "" : ` (${objects.slice(0, namedAtMost).join(", ")}${more})`;
}

/** What is made first, and how long that will hardly fall short of. */
export function backupText({ reason, last }: BackupPlan): string {
  const size = last?.bytes === undefined ? "" : ` and ${sizeText(last.bytes)}`;
  const time = last === undefined ? "" : `; the last one took ${last.seconds} s${size}`;
  return `a backup is made first: ${reason}${time}`;
}

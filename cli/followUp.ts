import { quoted } from "../components/ownCommand";
import { stackFileStatus, type StackFileStatus } from "../stack/stackFileStatus";
import { stackFile } from "../updates/stackFile";
import {
  changedElsewhere,
  commitCommand,
  commitFile,
  commitMessage,
  leftLockText,
  lookInGit,
  placeInGit,
} from "../updates/followUp";
import { readStackFile } from "../updates/preview";
import type { MoveResult } from "./carryOutMove";
import { canAsk, confirmed } from "./confirm";
import type { Interruption } from "./interruption";
import { tell } from "./output";

export interface FollowUpOptions {
  commit: boolean;
  yes: boolean;
  /** Told what a person types for the commit, as long as it is not made. */
  onCommand?: (command: string) => void;
}

/**
 * A tag that is not committed is undone by the next deployment from the repository: says so, and commits that one file
 * where a person wants it. It never fails a move that has passed.
 */
export async function followUp(
  { move }: MoveResult,
  { commit, yes, onCommand }: FollowUpOptions,
  interruption: Interruption,
): Promise<void> {
  const { named, project, tag, options } = move;
  const file = stackFile(named.stack);
  const { signal } = interruption;
  const change = await changeOf(file, interruption);
  if (change !== "not committed" && change !== "not in git") return;
  const message = commitMessage(named.stack, tag, options.reason);
  const typed = commitCommand(file, message, change === "not in git");
  onCommand?.(typed);
  const { detached, committed } = await lookInGit(file, { signal });
  const others =
    committed !== undefined && changedElsewhere(committed, await readStackFile(named.stack), project, file);
  tell(
    "warning",
    [
      `${file} is not committed: a deployment from the repository would undo this.`,
      ...(detached ? ["HEAD is detached: a commit would be on no branch, so none is made."] : []),
      ...(others ? ["It has other changes as well, which would be committed with it."] : []),
    ].join(" "),
  );
  const byHand = `To commit it: ${detached ? "git switch BRANCH && " : ""}${typed}\n`;
  const asked = {
    message: `Commit ${file} alone${others ? ", with its other changes" : ""}, as "${message}"?`,
  };
  // What else was changed there is somebody's own: only who is asked can say that it belongs to this.
  const wanted =
    !detached && ((commit && !others) || (!yes && canAsk() && (await confirmed(asked, interruption))));
  if (!wanted) {
    const { reason } = options;
    process.stderr.write(
      byHand +
        `As a pull request: npx knowngood propose ${tag} --stack ${named.stack} --reason ${reason === undefined ? "WHY" : quoted(reason)}\n`,
    );
    return;
  }
  try {
    await commitFile(file, message, { signal });
    process.stderr.write(`Committed ${file}: ${message}. To publish it: git push\n`);
  } catch (error) {
    if (signal.aborted) {
      const left = await leftLockText(placeInGit(file).folder);
      if (left !== "") tell("warning", `git was ended.${left}`);
      throw signal.reason;
    }
    tell("warning", `${file} could not be committed: ${(error as Error).message}`);
    process.stderr.write(byHand);
  }
}

/** Where git does not say, there is nothing to remind of. */
async function changeOf(file: string, { signal }: Interruption): Promise<StackFileStatus["change"]> {
  try {
    return (await stackFileStatus(file, signal)).change;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

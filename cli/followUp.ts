import { quoted } from "../components/ownCommand";
import { stackFileStatus, type StackFileStatus } from "../stack/stackFileStatus";
import { stackFile } from "../updates/stackFile";
import { commitFile, commitMessage } from "../updates/followUp";
import type { MoveResult } from "./carryOutMove";
import { canAsk, confirmed } from "./confirm";
import type { Interruption } from "./interruption";
import { tell } from "./output";

/**
 * A tag that is not committed is undone by the next deployment from the repository: says so, and commits that one file
 * where a person wants it. It never fails a move that has passed.
 */
export async function followUp(
  { move }: MoveResult,
  { commit, yes }: { commit: boolean; yes: boolean },
  interruption: Interruption,
): Promise<void> {
  const { named, tag, options } = move;
  const file = stackFile(named.stack);
  const folder = process.cwd();
  const change = await changeOf(file, interruption);
  if (change !== "not committed" && change !== "not in git") return;
  const message = commitMessage(named.stack, tag, options.reason);
  tell("warning", `${file} is not committed: a deployment from the repository would undo this.`);
  const asked = { message: `Commit ${file} alone, as "${message}"?` };
  const wanted = commit || (!yes && canAsk() && (await confirmed(asked, interruption)));
  if (!wanted) {
    const { reason } = options;
    process.stderr.write(
      `To commit it: git commit -m ${quoted(message)} -- ${file}\n` +
        `As a pull request: npx knowngood propose ${tag} --stack ${named.stack} --reason ${reason === undefined ? "WHY" : quoted(reason)}\n`,
    );
    return;
  }
  try {
    await commitFile(folder, file, message);
    process.stderr.write(`Committed ${file}: ${message}. To publish it: git push\n`);
  } catch (error) {
    tell("warning", `${file} could not be committed: ${(error as Error).message}`);
  }
}

/** Where git does not say, there is nothing to remind of. */
async function changeOf(file: string, { signal }: Interruption): Promise<StackFileStatus["change"]> {
  try {
    return (await stackFileStatus(file, signal)).change;
  } catch {
    return undefined;
  }
}

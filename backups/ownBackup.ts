import { redactor } from "../gates/redaction";
import { runToEnd } from "../gates/runToEnd";
import { withoutPassword } from "../migrations/password";
import { childEnvironment } from "../settings/childEnvironment";
import type { OwnBackupCommand } from "./request";

/** What the user's command is told. */
interface OwnBackupTask {
  name: string;
  stack: string;
  head: string | null;
  url: string;
}

/**
 * Has the user's own command make the backup: a snapshot, or what a provider's panel does.
 * @returns where it is: the last line that the command printed
 * @throws Error when it fails or its time is over, with the end of what it printed
 */
export async function ownBackup(
  { words, within, secrets }: OwnBackupCommand,
  { name, stack, head, url }: OwnBackupTask,
): Promise<string> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once("SIGTERM", stop).once("SIGINT", stop);
  try {
    const end = await runToEnd(words, {
      environment: {
        ...childEnvironment(),
        KNOWNGOOD_BACKUP: name,
        KNOWNGOOD_STACK: stack,
        KNOWNGOOD_HEAD: head ?? "",
        KNOWNGOOD_DATABASE_URL: url,
        ...secrets,
      },
      within,
      signal: abort.signal,
    });
    const said = withoutPassword(redactor(Object.values(secrets))(end.output), url).trim();
    if (end.exitCode === 0 && !end.timedOut) return said.split("\n").at(-1) || `made by ${words[0] ?? ""}`;
    const how = end.timedOut ? `did not end in ${within} s` : `ended with ${end.signal ?? end.exitCode}`;
    throw new Error(`The backup failed: ${words.join(" ")} ${how}.${said === "" ? "" : `\n${said}`}`);
  } finally {
    process.off("SIGTERM", stop).off("SIGINT", stop);
  }
}

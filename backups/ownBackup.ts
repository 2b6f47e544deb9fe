import { commandEnvironment } from "../gates/commandGate";
import { boundedLog } from "../gates/failureText";
import { redactor } from "../gates/redaction";
import { runToEnd } from "../gates/runToEnd";
import { clean } from "../gates/shownText";
import { withoutPassword } from "../migrations/password";
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
  // A second signal must not end this process before the command, which may not listen to the first.
  process.on("SIGTERM", stop).on("SIGINT", stop);
  try {
    const end = await runToEnd(words, {
      environment: {
        ...commandEnvironment(process.env),
        KNOWNGOOD_BACKUP: name,
        KNOWNGOOD_STACK: stack,
        KNOWNGOOD_HEAD: head ?? "",
        KNOWNGOOD_DATABASE_URL: url,
        ...secrets,
      },
      within,
      signal: abort.signal,
    });
    const withoutSecrets = redactor(Object.values(secrets));
    const redact = (text: string) => withoutPassword(withoutSecrets(text), url);
    const said = boundedLog(clean(end.output, redact).trim());
    if (end.exitCode === 0 && !end.timedOut) return said.at(-1) ?? `made by ${words[0] ?? ""}`;
    const how = end.timedOut ? `did not end in ${within} s` : `ended with ${end.signal ?? end.exitCode}`;
    throw new Error(
      `The backup failed: ${words.join(" ")} ${how}.${said.map((line) => `\n${line}`).join("")}`,
    );
  } finally {
    process.off("SIGTERM", stop).off("SIGINT", stop);
  }
}

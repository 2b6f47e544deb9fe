import { runToEnd } from "../gates/runToEnd";
import { oneLine } from "../gates/shownText";
import { childEnvironment } from "../settings/childEnvironment";
import type { DiskCommand } from "../settings/diskSettings";
import { parseDf, type Filesystem } from "./filesystem";

/** Most characters of what a command said that are told. */
const longestSaid = 200;

/**
 * What the user's own command tells of a disk.
 * @param signal stops it
 * @throws Error where it fails, does not end in its time, or prints something else
 */
export async function askDiskCommand(
  { command, within }: DiskCommand,
  signal: AbortSignal = new AbortController().signal,
): Promise<Filesystem[]> {
  const end = await runToEnd(command, {
    environment: childEnvironment(),
    within,
    grace: 1,
    signal,
  });
  const ran = oneLine(command.join(" "), longestSaid);
  if (end.timedOut) throw new Error(`${ran} did not end in ${within} s`);
  if (end.exitCode !== 0) {
    const said = oneLine(end.output, longestSaid);
    throw new Error(`${ran} ended with ${end.signal ?? end.exitCode}${said === "" ? "" : `: ${said}`}`);
  }
  try {
    return parseDf(end.output);
  } catch (error) {
    throw new Error(`${ran}: ${(error as Error).message}`, { cause: error });
  }
}

import type { Client } from "pg";
import type { BackupReport } from "../../backups/request";
import { redactor } from "../../gates/redaction";
import { appliedVersions } from "../appliedVersions";
import { backUpFirst, noneBegun } from "../backUpFirst";
import { runnerName, stopRunners } from "../lock";
import { appliedByTool, otherToolOf } from "../otherTool";
import { withoutPassword } from "../password";
import type { MigrationReport, MigrationRequest } from "../request";
import type { ToolName } from "../tools/tool";
import { isThrough, runnerFailure, runnerInterrupted, type Standing } from "./failureText";
import type { RunnerRequest } from "./request";
import { runInPlace } from "./runInPlace";

/**
 * Has the user's own runner apply what is pending, and looks in its tool's table whether that is so. Where nothing is
 * pending, it is not run.
 * @param client holds the lock of migrations
 * @param now for the backup's name
 * @throws Error with the end of what it printed, and how the database stands
 */
export async function migrateByRunner(
  client: Client,
  request: MigrationRequest & { runner: RunnerRequest },
  now: Date,
): Promise<MigrationReport> {
  const before = await standingOf(client, request);
  if (before.missing.length === 0) return { ran: [], applied: [...before.applied] };
  const backup = await backUpFirst(client, request, before.applied, now, noneBegun, before.tool);
  const { runner, url } = request;
  const withoutSecrets = redactor(runner.redact);
  const interruption = interruptionOf();
  try {
    const { signal } = interruption.abort;
    // The name is what a run that finds the lock free waits for.
    const env = { ...runner.env, PGAPPNAME: runnerName };
    const end = await runInPlace(runner.where, { command: runner.up, within: runner.within, env, signal });
    if (signal.aborted || end.timedOut) await stopRunners(client);
    const after = await standingOf(client, request);
    if (signal.aborted) throw new Error(runnerInterrupted(interruption.name, after));
    if (end.exitCode !== 0 || !isThrough(after))
      throw new Error(
        runnerFailure(runner, end, after, (text) => withoutPassword(withoutSecrets(text), url)),
      );
    return report(before, after, backup);
  } finally {
    interruption.forget();
  }
}

function report(before: Standing, after: Standing, backup: BackupReport | undefined): MigrationReport {
  return {
    ran: after.applied.filter((version) => !before.applied.includes(version)),
    applied: [...after.applied],
    ...(backup !== undefined && { backup }),
  };
}

/** What the tool's own table says; which tool is asked anew, since the first run makes its table. */
async function standingOf(
  client: Client,
  request: MigrationRequest,
): Promise<Standing & { tool?: ToolName }> {
  const tool = await otherToolOf(client, request);
  const { applied, problems } =
    tool === undefined
      ? { applied: await appliedVersions(client, request.table), problems: [] }
      : await appliedByTool(client, request, tool);
  const missing = request.migrations.filter(({ version }) => !applied.includes(version));
  return { applied, missing, problems, ...(tool !== undefined && { tool }) };
}

interface Interruption {
  abort: AbortController;
  name: string;
  forget: () => void;
}

/** A second signal must not end this process before the runner, which may not listen to the first. */
function interruptionOf(): Interruption {
  const abort = new AbortController();
  const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  const interruption: Interruption = {
    abort,
    name: "",
    forget: () => signals.forEach((signal) => process.off(signal, stop)),
  };
  function stop(signal: NodeJS.Signals): void {
    if (!abort.signal.aborted) interruption.name = signal;
    abort.abort();
  }
  signals.forEach((signal) => process.on(signal, stop));
  return interruption;
}

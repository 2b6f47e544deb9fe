import { readFile } from "node:fs/promises";
import { TimeLimit } from "../assessment/timeLimit";
import { within } from "../assessment/within";
import { surveyCatalog, type Catalog } from "../catalog/catalog";
import { stateBackend } from "../settings/stateBackend";
import { lookAtStack } from "../status/look";
import type { Mark } from "../status/lines";
import { judgeStatus, screen, type JudgedStatus } from "../status/screen";
import { isUnknown, type Known, type Status } from "../status/status";
import { stackFile } from "../updates/stackFile";
import { askPulumi } from "../stack/askPulumi";
import { exitCodes } from "./exitCodes";
import { BrokenEnvironment } from "../stack/endings";
import { print, printJson, styled } from "./output";
import { whileWaiting } from "./progress";
import { projectFolder, projectName } from "../stack/project";
import { secretsIn, secretsQuestion, type StackSecrets } from "../stack/stackSecrets";
import { NoSuchStack, settingsInFile, stackSettings, type NamedStack } from "../stack/stackSettings";

export interface StatusOptions {
  stack?: string;
  json?: true;
  /** Seconds until what has not answered is unknown. */
  within: number;
}

/** Parts of the time in which Pulumi has to tell the settings, on which everything rests, and the secrets. */
const settingsShare = 0.4;
const secretsShare = 0.4;

/**
 * `status`: how a stack stands, and what to type next.
 * @throws BrokenEnvironment where not even its settings can be had, InvalidInput where they can't be used
 */
export async function status({ stack, json, ...options }: StatusOptions): Promise<void> {
  // What the settings name lies there.
  process.chdir(projectFolder() ?? ".");
  const limit = new TimeLimit(options.within);
  const found = await whileWaiting("Looking at the stack", look(stack, limit)).finally(() => limit.over());
  const judged = judgeStatus(found);
  if (json) printJson({ ...judged, status: found });
  else print(screen(judged, shown));
  process.exitCode = exitCode(judged.outcome);
  // What never answers would keep this process; nobody waits for it.
  process.stdout.write("", () => process.exit());
}

async function look(asked: string | undefined, limit: TimeLimit): Promise<Status> {
  // They need the stack's name alone, which takes Pulumi half a second to tell.
  const early = asked === undefined ? undefined : askSecrets(asked, limit);
  const { stack, label, settings, fromFile } = await settingsOf(asked, limit);
  return lookAtStack(
    {
      ...{ stack, label, settings },
      ...(fromFile !== undefined && { fromFile }),
      file: stackFile(stack),
      ...catalogOf(settings.releases),
      secrets: early ?? askSecrets(stack, limit),
      backend: stateBackend(process.env),
      now: new Date(),
    },
    limit,
  );
}

/** By Pulumi; where that does not tell them, by the stack's own file. */
async function settingsOf(
  asked: string | undefined,
  limit: TimeLimit,
): Promise<NamedStack & { fromFile?: string }> {
  const own = new TimeLimit(Math.round(limit.left() * settingsShare * 10) / 10);
  const late = new BrokenEnvironment(`Pulumi does not tell the stack's settings: ${own.text}`);
  try {
    const found = await own.for<NamedStack | Error>(
      stackSettings(asked, own.signal).catch((error: unknown) => error as Error),
      late,
    );
    if (!(found instanceof Error)) return found;
    if (!(found instanceof BrokenEnvironment || found instanceof NoSuchStack)) throw found;
    if (asked === undefined)
      throw new BrokenEnvironment(
        `${found.message}\nNamed, the stack is looked at all the same: npx knowngood status --stack STACK`,
      );
    const text = await readFile(stackFile(asked), "utf8").catch(() => undefined);
    if (text === undefined) throw found;
    return { ...settingsInFile(asked, text), fromFile: found.message };
  } finally {
    own.over();
  }
}

/** A catalog that can't be read leaves the tags that containers carry. */
function catalogOf(folder: string): { catalog: Catalog; noCatalog?: string } {
  try {
    return { catalog: surveyCatalog(folder).catalog };
  } catch (error) {
    return { catalog: { folder, releases: [] }, noCatalog: (error as Error).message };
  }
}

/** The stack's secrets, where the passphrase or what else opens them is there. */
async function askSecrets(stack: string, limit: TimeLimit): Promise<Known<StackSecrets>> {
  const answer = askPulumi(secretsQuestion(stack), { signal: limit.signal }).catch((error: unknown) => ({
    unknown: (error as Error).message,
  }));
  // What rests on them needs some time, too.
  const text = await within<Known<string>>(limit.left() * secretsShare, answer, {
    unknown: "Pulumi does not tell it in time",
  });
  if (isUnknown(text)) return text;
  try {
    return secretsIn(text, projectName());
  } catch {
    return { unknown: "what Pulumi says of the secrets is no JSON" };
  }
}

function shown(mark: Mark, text: string): string {
  switch (mark) {
    case "wrong":
      return styled(process.stdout, "red", text);
    case "unknown":
    case "note":
      return styled(process.stdout, "yellow", text);
    case "fine":
      return text;
    default:
      return mark satisfies never;
  }
}

function exitCode(outcome: JudgedStatus["outcome"]): number {
  switch (outcome) {
    case "fine":
      return exitCodes.done;
    case "wrong":
      return exitCodes.failed;
    case "unknown":
      return exitCodes.brokenEnvironment;
    default:
      return outcome satisfies never;
  }
}

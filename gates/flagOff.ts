import { commandEnvironment, CommandProgress, type CommandWorld } from "./commandGate";
import { commandOutcome } from "./commandOutcome";
import { callFlagService } from "./flagHttp";
import type { FlagReport, FlagRequest } from "./flagRequest";
import type { GateEnd } from "./healthGate";
import { isoTime } from "./healthReport";
import { stackName, type Move } from "./move";
import { redactor } from "./redaction";
import { runToEnd } from "./runToEnd";
import { clean, oneLine } from "./shownText";

/** What the runner gives besides the request. */
export type FlagWorld = Omit<CommandWorld, "told"> & { move: Move };

/** Longest reason that is kept, in characters. */
const longestWhy = 300;

/**
 * Turns one flag off. That it can't be turned off passes, with the reason in the report, since it must not stop a
 * rollback; it fails only where the settings say so.
 * @throws the signal's reason where the runner was interrupted
 */
export async function runFlagOff(request: FlagRequest, world: FlagWorld): Promise<GateEnd> {
  const { flag, strict } = request;
  const began = Date.now();
  let problem: string | undefined;
  try {
    problem = await turnOff(request, world);
  } catch (error) {
    problem = (error as Error).message;
  }
  // How an interrupted call ended says nothing.
  world.signal.throwIfAborted();
  const times = { startedAt: isoTime(began), endedAt: isoTime(Date.now()) };
  if (problem === undefined) return told({ outcome: "off", flag, ...times });
  const why = oneLine(clean(problem, redactor(request.redact)), longestWhy);
  if (!strict) return told({ outcome: "notOff", flag, ...times, why });
  return {
    outcome: "failed",
    text:
      `The flag ${flag} can't be turned off on ${world.move.stack}: ${why}.\n` +
      "No service was touched, since flags.strict is set; the next up tries again.\n" +
      `To go on without it: pulumi config set --path flags.strict false --stack ${stackName(world.move)}\n`,
  };
}

function told(report: FlagReport): GateEnd {
  return { outcome: "passed", text: `${JSON.stringify(report)}\n` };
}

/** @returns why the flag is not off; undefined where it is */
function turnOff(request: FlagRequest, world: FlagWorld): Promise<string | undefined> {
  const { flag, off, within } = request;
  switch (off.kind) {
    case "http":
      return callFlagService(
        { ...off, url: addressOf(off.url, flag), body: off.body && bodyOf(off.body, flag) },
        { within, signal: world.signal },
      );
    case "command":
      return runCommand(request, off, world);
    default:
      return off satisfies never;
  }
}

async function runCommand(
  { flag, within, redact }: FlagRequest,
  { command, env }: Extract<FlagRequest["off"], { kind: "command" }>,
  { environment, signal, say }: FlagWorld,
): Promise<string | undefined> {
  const progress = new CommandProgress({ name: `flag ${flag}`, within }, redactor(redact), say);
  try {
    const end = await runToEnd(wordsOf(command, flag), {
      environment: { ...commandEnvironment(environment), ...env },
      within,
      signal,
      onOutput: (chunk) => progress.heard(chunk),
    });
    const { outcome, why } = commandOutcome(end, within, []);
    if (outcome === "passed") return undefined;
    // Whole first: half a secret is not found.
    const last = clean(end.output, redactor(redact)).trimEnd().split("\n").at(-1) ?? "";
    return last === "" ? why : `${why}: ${last}`;
  } finally {
    progress.stop();
  }
}

const place = "{flag}";

/**
 * An address with the flag's name in it, URL-encoded.
 * @throws Error for a name that leads elsewhere in an address even when it is encoded
 */
export function addressOf(template: string, flag: string): string {
  if (template.includes(place) && /^\.{1,2}$/.test(flag))
    throw new Error(`the flag's name, ${flag}, can't stand in an address`);
  return template.replaceAll(place, () => encodeURIComponent(flag));
}

/** A body with the flag's name in it, escaped as in a JSON text. */
export function bodyOf(template: string, flag: string): string {
  return template.replaceAll(place, () => JSON.stringify(flag).slice(1, -1));
}

/** A command with the flag's name in its words; no shell reads them. */
export function wordsOf(command: readonly string[], flag: string): string[] {
  return command.map((word) => word.replaceAll(place, () => flag));
}

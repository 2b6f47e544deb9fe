import { breakGlassCommand } from "../settings/breakGlassCommand";
import { commandOutcome, type CommandOutcome } from "./commandOutcome";
import { commandWords, type CommandFailureRecord, type CommandReport } from "./commandReport";
import type { CommandRequest } from "./commandRequest";
import { recordLine, writeFailureRecord, type Written } from "./failureRecord";
import { boundedLog } from "./failureText";
import type { GateEnd } from "./healthGate";
import { isoTime } from "./healthReport";
import { moveText, stackName, type Move } from "./move";
import { failureVariable, type Told } from "./told";
import { nextProgress } from "./progress";
import { redactDeep, redactor, type Redact } from "./redaction";
import { runToEnd, type CommandEnd } from "./runToEnd";
import { clean, counted, oneLine, seconds, shortened } from "./shownText";
import { WholeLines } from "./tail";
import { wayBack } from "./wayBack";

/** What the runner gives a gate besides its request. */
export interface CommandWorld {
  /** The runner's own environment. */
  environment: NodeJS.ProcessEnv;
  told: Told;
  /** Ends the command when the runner is interrupted. */
  signal: AbortSignal;
  /** Receives lines of progress. */
  say: (line: string) => void;
}

/** Longest line of progress of what the command said, in characters. */
const longestSaid = 120;

/**
 * Runs a gate's or a hook's command, and records when it did not pass.
 * @throws the signal's reason, once the command has ended, where the runner was interrupted
 */
export async function runCommandGate(request: CommandRequest, world: CommandWorld): Promise<GateEnd> {
  const began = Date.now();
  const redact = redactor(request.redact);
  const progress = new CommandProgress(request, redact, world.say);
  let end: CommandEnd;
  try {
    end = await runToEnd(request.command, {
      environment: { ...commandEnvironment(world.environment), ...request.env },
      within: request.within,
      signal: world.signal,
      onOutput: (chunk) => progress.heard(chunk),
    });
  } finally {
    progress.stop();
  }
  // How an interrupted command ended says nothing.
  world.signal.throwIfAborted();
  const { move } = world.told;
  const { outcome, why } = commandOutcome(end, request.within, request.errorCodes);
  const output = boundedLog(clean(end.output, redact));
  const course = {
    name: request.name,
    release: move.to,
    direction: move.direction,
    from: move.from,
    startedAt: isoTime(began),
    seconds: Math.round(end.seconds * 1000) / 1000,
    output,
  };
  const endedAt = isoTime(began + end.seconds * 1000);
  if (outcome === "passed") {
    const report: CommandReport = { outcome, ...course, passedAt: endedAt };
    return { outcome, text: `${JSON.stringify(redactDeep(report, redact, commandWords))}\n` };
  }
  const record: CommandFailureRecord = {
    kind: request.role === "gate" ? "command" : "hook",
    outcome,
    stack: move.stack,
    ...course,
    endedAt,
    why,
    exitCode: end.exitCode ?? null,
  };
  const written = writeFailureRecord(
    world.told.records,
    redactDeep(record, redact, commandWords),
    request.name,
  );
  return { outcome, text: commandFailureText(request, world.told, { outcome, why }, end, output, written) };
}

/** The runner's environment without its own part, and without Pulumi's: its configuration, its keys, its earlier output. */
export function commandEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => !name.startsWith("PULUMI_") && name !== failureVariable),
  );
}

/** What an operator reads when a command did not pass; `output` is without secrets already. */
export function commandFailureText(
  request: CommandRequest,
  told: Told,
  { outcome, why }: Pick<CommandOutcome, "outcome" | "why">,
  end: Pick<CommandEnd, "seconds">,
  output: readonly string[],
  written: Written,
): string {
  const { name } = request;
  const { move } = told;
  const redact = redactor(request.redact);
  return [
    headline(request, move, outcome, `${why}, after ${seconds(end.seconds)}`),
    `Ran: ${redact(shortened(request.command.join(" "), 200))} (${moveText(move)})`,
    recordLine(written),
    "",
    ...(output.length === 0
      ? [`${name} has printed nothing.`]
      : [
          `Last ${counted(output.length, "line")} that ${name} printed:`,
          ...output.map((line) => `  ${line}`),
        ]),
    "",
    ...wayOn(request, told, new Date().toISOString()),
    "",
  ].join("\n");
}

function headline(
  { role, name }: CommandRequest,
  { stack, to }: Move,
  outcome: CommandOutcome["outcome"],
  why: string,
): string {
  switch (role) {
    case "gate":
      return outcome === "failed"
        ? `Command gate failed: ${name} says no to ${to} on ${stack}: ${why}.`
        : `Command gate broke: ${name} did not judge ${to} on ${stack}: ${why}. This says nothing about the release.`;
    case "before":
      return `Hook failed: ${name}, before the services of ${stack} change: ${why}. No service was touched.`;
    case "after":
      return `Hook failed: ${name}, after the services of ${stack} changed: ${why}.`;
    default:
      return role satisfies never;
  }
}

/** Where a hook stopped the change, the release that ran still runs. A hook that is broken must not close the way back. */
function wayOn({ role }: CommandRequest, { move, goBack, breakGlass }: Told, now: string): string[] {
  return [
    ...(role === "before"
      ? ["The services run as before; the next up tries again."]
      : wayBack({ goBack, stack: move.stack })),
    ...(role === "gate"
      ? []
      : [
          `To go on without the hooks, for a while and on record: ${breakGlassCommand(stackName(move), "hooks", breakGlass, now)}`,
        ]),
  ];
}

/** Says now and then how long a command has run, and what it printed last. */
export class CommandProgress {
  private readonly began = performance.now();
  private readonly lines = new WholeLines();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: Pick<CommandRequest, "name" | "within">,
    private readonly redact: Redact,
    private readonly say: (line: string) => void,
  ) {
    this.wait(undefined);
  }

  heard(chunk: Buffer): void {
    this.lines.add(chunk);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private wait(shown: number | undefined): void {
    const due = nextProgress(shown);
    const show = () => {
      const said = oneLine(clean(this.lines.last, this.redact), longestSaid);
      const { name, within } = this.request;
      this.say(`${name}: running for ${due} s of ${within} s${said === "" ? "" : `; ${said}`}`);
      this.wait(due);
    };
    this.timer = setTimeout(show, this.began + due * 1000 - performance.now());
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { forgetBegun, noteBegun } from "./begunUpdates";
import type { FlagReport } from "../gates/flagRequest";
import { changedSomething, recordOf, type PassedGate, type Progress } from "./ending";
import { onceEngineIsGone } from "./engineWatch";
import { dropEvidence } from "./keptEvidence";
import { endedMessage, startedMessage } from "./message";
import * as postmortem from "./postmortem/postmortems";
import { steps, type BegunUpdate, type ReleaseRecord, type Step } from "./releaseRecord";
import { atAGoodEnd, atTheEnd, patiently, send, type SendOptions } from "./webhook";
import { gatesOf, keep, type RecordPlace } from "./writtenRecord";

export interface RecorderOptions extends RecordPlace {
  /** Address of a webhook, which is a secret. @default nothing is sent */
  webhook?: string;
  /** Containers by service that ran before. */
  before: ReadonlyMap<string, string>;
  /** Records of updates that were found without an end, of which nobody has been told. @default none */
  found?: readonly ReleaseRecord[];
  /** Whether a rollback before it has not passed, nor any `up` since: then one that passes has a record in any case. */
  endsIncident?: boolean;
  /** Opens issues for rollbacks. @default none is opened */
  postmortems?: Pick<postmortem.Postmortems, "settle">;
  /** Tells the person at the `up`, as far as the engine still listens. */
  tell: (level: "info" | "warn", text: string) => Promise<void>;
}

/** Milliseconds for the engine to say that it ends the program, once nothing is left to do for it. */
const sayMilliseconds = 500;
/** Milliseconds at the end for words that the engine may not take any more, and for what is being sent. */
const lastMilliseconds = 1_000;
/**
 * Milliseconds, once all is done, for issues of earlier updates; with what there is for the issue of this one then, a
 * GitHub that does not answer costs ten seconds.
 */
const issuesMilliseconds = 4_000;
/** Milliseconds for what is sent after that; both together are less than the engine's five seconds. */
const sendMilliseconds = 3_000;

/**
 * Records one `up` from its beginning to its end, whatever the end.
 *
 * It is the program that writes, and not a resource at the end: after a resource has failed the engine starts no other,
 * so that one would tell of good updates alone. The program lives through all of it. When a resource fails, or after
 * Ctrl-C, the engine waits for what is under way and then sends SIGINT to the program, with five seconds before it kills
 * it; when the engine itself was killed the program runs out of work, or sees that it is gone. What is left is a
 * program that was killed with the engine: the note that it made at the beginning is found by the next `up`.
 *
 * The record is written synchronously, before anything is sent. Nothing here fails the `up`.
 */
export class UpdateRecorder {
  private due: Progress["due"] = byStep(() => []);
  private readonly done = byStep(() => new Set<string>());
  private readonly reports = new Map<string, PassedGate>();
  private readonly flags: FlagReport[] = [];
  private readonly hooks: { startedAt: string }[] = [];
  private readonly containers = new Map<string, string>();
  private good = false;
  private over = false;
  /** Whether the webhook has just failed to answer. */
  private webhookSilent = false;
  /** What is told and sent meanwhile; it settles without an error. */
  private underWay: Promise<unknown> = Promise.resolve();
  private engineIsGone = (): boolean => false;
  /** Ends the sending of what was to be told while the `up` went on. */
  private readonly noticesEnd = new AbortController();
  private readonly notices: SendOptions = { ...patiently, signal: this.noticesEnd.signal };
  /** The same for issues of earlier updates. */
  private readonly issuesEnd = new AbortController();
  /** What the webhook is still to hear, and hears at the end where it was cut off before. */
  private readonly unheard = new Set<string>();

  private constructor(
    private readonly begun: BegunUpdate,
    private readonly options: RecorderOptions,
  ) {}

  /** Notes that an `up` begins, and follows it to its end. */
  static begin(begun: BegunUpdate, options: RecorderOptions): UpdateRecorder {
    const recorder = new UpdateRecorder(begun, options);
    try {
      noteBegun(options.folder, begun);
    } catch (error) {
      recorder.tell("warn", `Were this \`up\` killed, no record would tell of it: ${messageOf(error)}`);
    }
    for (const record of options.found ?? []) recorder.unheard.add(endedMessage(record));
    // That it started need not be heard any more once it has ended.
    const started = begun.direction === "rollback" ? [startedMessage(begun)] : [];
    recorder.send(started, recorder.notices);
    recorder.settlePostmortems();
    recorder.listen();
    return recorder;
  }

  /** What has to be done for the `up` to be good; of parts that are left out, nothing. */
  expect(due: Partial<Progress["due"]>): void {
    this.due = byStep((step) => due[step] ?? []);
  }

  reached(step: Step, name: string): void {
    this.done[step].add(name);
  }

  containerIs(service: string, id: string): void {
    this.containers.set(service, id);
    this.reached("services", service);
  }

  flagIs(report: FlagReport): void {
    this.flags.push(report);
    this.reached("flags off", report.flag);
  }

  gatePassed(step: "health gates" | "other gates", name: string, report: PassedGate): void {
    this.reports.set(name, report);
    this.reached(step, name);
  }

  hookPassed(step: "hooks before" | "hooks after", name: string, report: { startedAt: string }): void {
    this.hooks.push(report);
    this.reached(step, name);
  }

  /** All that the `up` is for is done. A notice that it began, which would hold the program, has little time left. */
  passed(): void {
    this.good = true;
    const timers = [
      setTimeout(() => this.noticesEnd.abort(), lastMilliseconds),
      setTimeout(() => {
        this.issuesEnd.abort(new Error("no full answer before the end of the `up`"));
      }, issuesMilliseconds),
    ];
    void this.underWay.finally(() => timers.forEach((timer) => clearTimeout(timer)));
  }

  private listen(): void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const onSignal = (signal: NodeJS.Signals) => {
      for (const one of signals) process.off(one, onSignal);
      // It dies of the signal then, as it would have at once.
      void this.end(true).finally(() => process.kill(process.pid, signal));
    };
    for (const signal of signals) process.on(signal, onSignal);
    process.once("beforeExit", () => {
      if (this.good) void this.end(false);
      else setTimeout(() => void this.end(false), sayMilliseconds);
    });
    this.engineIsGone = onceEngineIsGone(() => {
      if (!this.over) void this.end(false).finally(() => process.exit(1));
    });
    process.once("exit", (code) => {
      if (!this.over) this.write(code !== 0);
    });
  }

  /** @param told whether the engine, or a person, ended the program */
  private async end(told: boolean): Promise<void> {
    if (this.over) return;
    const record = this.write(told);
    const messages = record === undefined ? [] : [endedMessage(record)];
    if (this.good) {
      this.send(messages, atAGoodEnd);
      if (record !== undefined) this.settlePostmortems(record);
      await this.underWay;
    } else {
      await Promise.race([this.underWay, sleep(lastMilliseconds)]);
      this.noticesEnd.abort();
      this.underWay = Promise.resolve();
      this.send(messages, atTheEnd);
      if (record !== undefined) this.settlePostmortems(record);
      await Promise.race([this.underWay, sleep(sendMilliseconds)]);
    }
  }

  /** Synchronously, since nothing else is sure to be run any more. */
  private write(told: boolean): ReleaseRecord | undefined {
    this.over = true;
    const { begun, options, due, done, reports, flags, hooks, containers, good } = this;
    const progress: Progress = { due, done, reports, flags, hooks, containers, good };
    const tells = options.endsIncident === true || changedSomething(begun, progress, options.before);
    if (good && !tells) {
      this.leaveNoTrace();
      return undefined;
    }
    const record = recordOf(begun, {
      // A program that fails since its engine was killed has seen no end either.
      told: told && !this.engineIsGone(),
      at: new Date(),
      progress,
      failedGates: good ? [] : gatesOf(begun, options.folder),
    });
    const problem = keep(record, options);
    if (problem !== undefined) this.tell("warn", problem);
    else if (!good) {
      const evidence =
        record.evidence === undefined ? "" : `; evidence of what ran before it: ${record.evidence}`;
      this.tell("info", `This \`up\` is recorded in ${options.file}${evidence}`);
    }
    return record;
  }

  private leaveNoTrace(): void {
    const { begun, options } = this;
    try {
      forgetBegun(options.folder, begun.id);
      if (begun.evidence !== undefined) dropEvidence(begun.evidence);
    } catch (error) {
      this.tell("warn", `What was kept for the record of an \`up\` can't be removed: ${messageOf(error)}`);
    }
  }

  private tell(level: "info" | "warn", text: string): void {
    const words = this.options.tell(level, text).catch(() => undefined);
    const inTime = Promise.race([words, sleep(lastMilliseconds, undefined, { ref: false })]);
    this.underWay = Promise.all([this.underWay, inTime]);
  }

  /** After what was not heard yet. */
  private send(messages: readonly string[], options: SendOptions): void {
    this.underWay = this.underWay.then(async () => {
      this.webhookSilent = false;
      await this.deliver([...this.unheard, ...messages], options);
    });
  }

  /** One after the other; where one can't be sent, the next has no better chance. */
  private async deliver(messages: readonly string[], options: SendOptions): Promise<void> {
    const { webhook, tell } = this.options;
    if (webhook === undefined) return;
    for (const message of messages) {
      if (this.webhookSilent) return;
      const problem = await send(webhook, message, options);
      if (problem === undefined) {
        this.unheard.delete(message);
        continue;
      }
      // What the end cut off is sent again then, or followed by the result.
      if (options.signal?.aborted === true) return;
      this.webhookSilent = true;
      await tell("warn", `record.webhook: not sent: ${problem}`).catch(() => undefined);
    }
  }

  /** Beside what is being sent; what came of it is told after that. */
  private settlePostmortems(ended?: ReleaseRecord): void {
    const { postmortems, tell } = this.options;
    if (postmortems === undefined) return;
    const goesOn = ended === undefined || ended.outcome === "passed";
    const patience =
      ended === undefined
        ? { ...postmortem.patiently, signal: this.issuesEnd.signal }
        : goesOn
          ? postmortem.atAGoodEnd
          : postmortem.atTheEnd;
    const settled = postmortems.settle(patience, ended);
    this.underWay = Promise.all([settled, this.underWay]).then(async ([news]) => {
      for (const { level, text } of news) await tell(level, text).catch(() => undefined);
      const messages = news.flatMap(({ message = [] }) => message);
      for (const message of messages) this.unheard.add(message);
      const meanwhile = ended === undefined && !this.noticesEnd.signal.aborted;
      await this.deliver(messages, meanwhile ? this.notices : goesOn ? atAGoodEnd : atTheEnd);
    });
  }
}

function byStep<Value>(make: (step: Step) => Value): Record<Step, Value> {
  return Object.fromEntries(steps.map((step) => [step, make(step)])) as Record<Step, Value>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

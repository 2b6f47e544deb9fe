import { refusalTexts } from "../assessment/refusal";
import { oneLine } from "../gates/shownText";
import { maskPasswords } from "../migrations/password";
import { recordPlace } from "../records/writtenRecord";
import type { Settings } from "../settings/settings";
import type { UpEnded } from "../updates/up";
import type { Drill, DrillWay, Probed } from "./drill";
import { wrongAfterBack, wrongAfterOut, type StackLook } from "./stackLook";
import type { DrillUnderWay } from "./underWay";

/** A way that has been gone, and what was seen of it. */
export interface Gone {
  way: DrillUnderWay["way"];
  /** The release that it was to bring. */
  to: string;
  startedAt: Date;
  ended: UpEnded;
  probed: Probed | undefined;
  /** Undefined where the stack's state could not be read then. */
  after: StackLook | undefined;
  passed: boolean;
  /** Whether it may have changed anything. */
  touched: boolean;
  /** Whether a person ended it: in order, or at once. */
  interrupted: boolean;
  endedAtOnce: boolean;
}

/** What a drill is judged by. */
export interface DrillExpectation extends Pick<Drill, "id" | "release" | "target"> {
  settings: Pick<Settings, "record">;
  before: StackLook;
}

/** Everything that was not as it should be, in sentences. */
export function wrongInDrill(order: DrillExpectation, out: Gone, back: Gone | undefined): string[] {
  return [out, ...(back ? [back] : [])].flatMap((gone) => [
    ...wentWrong(order, gone),
    ...leftWrong(order, gone),
  ]);
}

/** What was not as it should be in the stack itself. */
export function wentWrong({ id, target, before }: DrillExpectation, gone: Gone): string[] {
  const { way, ended, after, passed } = gone;
  if (!passed) return [`The way ${way} ${endText(ended)}`];
  if (after === undefined)
    return [`What runs after the way ${way} could not be read from the stack's state.`];
  if (way === "back") return wrongAfterBack(before, after);
  return wrongAfterOut(before, after, target === undefined ? { drill: id } : { target });
}

/** What an `up` was to leave behind: its record, its word to the webhook, and a release that is known good. */
function leftWrong(order: DrillExpectation, gone: Gone): string[] {
  const { way, ended, touched } = gone;
  if (!touched || ended.end === "interrupted") return [];
  const { record, webhookTold, knownGood } = wayOf(order, gone);
  const { file } = recordPlace(order.settings);
  return [
    ...(record === undefined ? [`No record of the way ${way} arrived in ${file}.`] : []),
    ...(webhookTold === false ? [`The webhook did not take what it was told of the way ${way}.`] : []),
    ...(gone.passed && !knownGood ? [`After the way ${way} ${order.release} was not known good.`] : []),
  ];
}

/** What is kept of a way. */
export function wayOf(order: DrillExpectation, gone: Gone): DrillWay {
  const { to, startedAt, ended, probed, touched } = gone;
  const record = ended.record?.drill?.id === order.id ? ended.record : undefined;
  const healthy = gone.passed && record !== undefined ? healthyAt(record.gates) : undefined;
  const tells = order.settings.record.webhook !== undefined && touched;
  return {
    to,
    startedAt: startedAt.toISOString(),
    outcome: gone.passed ? "passed" : gone.interrupted ? "interrupted" : "failed",
    seconds: tenths(ended.seconds),
    ...(healthy !== undefined && { healthyAfter: tenths((healthy - startedAt.getTime()) / 1000) }),
    ...(probed && { probed }),
    ...(record && { record: record.id }),
    ...(tells && { webhookTold: !ended.text.includes("record.webhook: not sent") }),
    knownGood: isKnownGood(order, gone),
  };
}

/** By the gates of this way, where it brought that release itself. */
function isKnownGood({ release }: DrillExpectation, { to, after, startedAt }: Gone): boolean {
  const since = to === release ? startedAt.toISOString() : "";
  return after?.knownGood.some(({ tag, passedAt }) => tag === release && passedAt >= since) === true;
}

function healthyAt(gates: NonNullable<UpEnded["record"]>["gates"]): number | undefined {
  const ends = gates.filter(({ name }) => name.endsWith(" health")).map(({ endedAt }) => Date.parse(endedAt));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** How an `up` ended, after "the way out". */
export function endText(ended: UpEnded): string {
  switch (ended.end) {
    case "passed":
      return "passed.";
    case "gateFailed":
      return `did not pass: ${ended.gates.map(({ name, outcome }) => `${name} ${outcome}`).join(", ")}.`;
    case "refused":
      return `was refused: ${refusalTexts(ended.refusals).join("\n")}`;
    case "locked":
      return "could not begin: another update holds the stack.";
    case "interrupted":
      return ended.by === "us" ? "was interrupted." : "was ended by somebody else.";
    case "brokenEnvironment":
    case "failed":
      return `did not pass: ${oneLine(maskPasswords(ended.why), 300)}`;
    default:
      return ended satisfies never;
  }
}

function tenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

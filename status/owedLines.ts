import { counted } from "../gates/shownText";
import { absolute } from "../history/times";
import { goesOn } from "./goesOn";
import { notKnownGood } from "./notKnownGood";
import type { Mark, StatusLine } from "./lines";
import type { StackFileStatus } from "../stack/stackFileStatus";
import { isUnknown, type Lock, type Status } from "./status";

/** What stays to be done by a person, and what an update has left undone. */
export function owedLines(status: Status): StatusLine[] {
  const owed = [
    ...holdLines(status),
    ...lockLines(status),
    ...unfinishedLines(status),
    ...stoppedLines(status),
    ...runLines(status),
    ...stackFileLines(status),
    ...cardLines(status),
    ...drillLines(status),
  ];
  return owed.length > 0 ? owed : [line("fine", "nothing")];
}

function line(mark: Mark, text: string): StatusLine {
  return { name: "owed", mark, text };
}

function holdLines({ settings: { hold } }: Status): StatusLine[] {
  return hold === undefined ? [] : [line("wrong", `a decision; every up is refused until then: ${hold}`)];
}

function lockLines({ locks }: Status): StatusLine[] {
  return locks.map((lock) =>
    lock.alive === false
      ? line("wrong", `an update died and left its lock: ${lockText(lock)}`)
      : line("note", `an update is under way, or has left its lock: ${lockText(lock)}`),
  );
}

export function lockText({ user, host, pid, since }: Lock): string {
  return `${user}@${host}, process ${pid}, since ${absolute(since)}`;
}

/** Milliseconds: an update takes its lock before its program begins. */
const earlier = 5000;

function unfinishedLines(status: Status): StatusLine[] {
  const { held, begun, locks } = status;
  const pending = isUnknown(held) || goesOn(status) ? [] : held.pending;
  return [
    ...begun.flatMap(({ text, since, alive }) => {
      // Pulumi ends its program first, and then what it has begun: the lock tells of it until then.
      const isEnding = locks.some(
        (lock) => lock.alive !== false && Date.parse(lock.since) <= Date.parse(since) + earlier,
      );
      if (!alive) return isEnding ? [] : [line("wrong", `an update did not come to its end: ${text}`)];
      return locks.length > 0 ? [] : [line("note", `an update is under way: ${text}`)];
    }),
    ...(pending.length === 0
      ? []
      : [
          line("wrong", `an update died amid ${counted(pending.length, "operation")}: ${pending.join(", ")}`),
        ]),
  ];
}

/** Gates that did not pass are told with the release, where it is not known good from before. */
const gateSteps: readonly string[] = ["health gates", "other gates"];

/** The newest `up`, where it brought what runs and did not come to its end all the same, as by a hook after the gates. */
export function halfDone(status: Status): string | undefined {
  const { held, stopped } = status;
  if (stopped === undefined || isUnknown(held) || goesOn(status)) return undefined;
  if (stopped.to === undefined || stopped.to !== held.running.tag) return undefined;
  const { step, open } = stopped.at;
  if (gateSteps.includes(step) && notKnownGood(status) !== undefined) return undefined;
  return `the newest up stopped at ${step}${open.length === 0 ? "" : ` (${open.join(", ")})`}: ${stopped.text}`;
}

function stoppedLines(status: Status): StatusLine[] {
  const text = halfDone(status);
  return text === undefined ? [] : [line("wrong", text)];
}

function runLines({ held }: Status): StatusLine[] {
  if (isUnknown(held) || held.owed === undefined) return [];
  const { release, guards, since, reason } = held.owed;
  return [
    line(
      "wrong",
      `since ${absolute(since)} the proper run of ${release}, which came up by break-glass without ${guards.join(", ")}: ${reason}`,
    ),
  ];
}

function stackFileLines({ stackFile }: Status): StatusLine[] {
  if (isUnknown(stackFile))
    return [line("unknown", `whether the stack file is committed: ${stackFile.unknown}`)];
  const { file, change } = stackFile;
  return change === undefined ? [] : [line("wrong", `${file} ${changeWords(change)}`)];
}

function changeWords(change: NonNullable<StackFileStatus["change"]>): string {
  switch (change) {
    case "not committed":
      return "has changes that are not committed: the next merge would undo them";
    case "not in git":
      return "is not in git, though its folder is: a checkout elsewhere lacks it";
    case "not pushed":
      return "has commits that are not pushed: the next merge would undo them";
    default:
      return change satisfies never;
  }
}

function cardLines({ card, held }: Status): StatusLine[] {
  if (isUnknown(card)) return [line("unknown", `whether the emergency card lies here: ${card.unknown}`)];
  if (isUnknown(held) || held.knownGood.length === 0) return [];
  const running = held.running.tag;
  if (card === undefined)
    return held.card
      ? [
          line(
            "note",
            "the emergency card lies on another machine; npx knowngood card prints it while the state can be read",
          ),
        ]
      : [line("wrong", "the emergency card: there is none; an up that ends well leaves it")];
  if (running === undefined || card === running) return [];
  return [line("note", `the emergency card on this machine is that of ${card}`)];
}

function drillLines({ drill }: Status): StatusLine[] {
  if (isUnknown(drill)) return [line("unknown", `when the way back was drilled: ${drill.unknown}`)];
  return drill.due ? [line("note", drill.text)] : [];
}

import type { GoBack } from "../gates/wayBack";
import type { KnownGood } from "../history/knownGood";
import { isPast, type Verdict } from "../schema/verdict";

export interface GoBackQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Tag of the release whose gates are asked. */
  target: string;
  /** Newest first. */
  knownGood: readonly KnownGood[];
  /** Of these, what is quarantined. */
  shunned: ReadonlySet<string>;
  /** Of what is quarantined, what the stack was only rolled back from: with which reason each was tried again last. */
  rolledBackFrom: ReadonlyMap<string, string | undefined>;
  /** Tags of the catalog, oldest first. */
  order: readonly string[];
  /** What each release would meet in the schema once the `up` is through; none for a stack without a database. */
  verdicts: Readonly<Record<string, Verdict | "unknown">>;
  /** `guards.schema`. */
  allowed: Verdict;
  /** The migration that a step-down towards this release would take back first; undefined where an `up` can't. */
  steppedDownFirst: (tag: string) => string | undefined;
}

/**
 * Where commands lead that would not be refused, should the target's gates fail; undefined where that is the plain way
 * back to the last known-good release, or where there is none.
 */
export function goBackFrom(question: GoBackQuestion): GoBack | undefined {
  const { target, knownGood, shunned, rolledBackFrom, order } = question;
  const others = knownGood.map(({ tag }) => tag).filter((tag) => tag !== target);
  const open = others.filter((tag) => !shunned.has(tag));
  const [last] = open;
  const fits = (tag: string) => !isClosed(tag, question);
  const best = open.find(fits);
  const again = others.find((tag) => rolledBackFrom.has(tag) && fits(tag));
  if (best !== undefined) {
    // Told from what the state remembers alone: words that the next `up` would not repeat make gates run again.
    const newer = again !== undefined && order.indexOf(again) > order.indexOf(target);
    const also = newer ? triedAgain(again, question) : undefined;
    if (best === last && also === undefined) return undefined;
    return {
      tag: best,
      ...(best !== last && { head: `${closedText(last, question)} ${best} can run on it. To go back:` }),
      commands: commandsTo(best, question),
      ...(also && { otherwise: [`Or back to ${again}, which the stack was rolled back from:`, ...also] }),
    };
  }
  if (again !== undefined) {
    const closed = last === undefined ? "" : `${closedText(last, question)} `;
    return {
      tag: again,
      head: `${closed}${again}, which the stack was rolled back from, was good here and can run on the schema. To go back to it:`,
      commands: triedAgain(again, question),
      otherwise: byHand(question),
    };
  }
  return last === undefined ? undefined : steppingDown(last, question);
}

function steppingDown(last: string, question: GoBackQuestion): GoBack {
  const { stack } = question;
  const version = question.steppedDownFirst(last);
  const head = `${closedText(last, question)} No known-good release is known to run on it. Mend it forward with a hotfix release`;
  const [imageTag = "", up = ""] = commandsTo(last, question);
  if (version === undefined)
    return {
      tag: last,
      head: `${head}. What the way back to ${last} needs, and what it loses:`,
      commands: [imageTag, `pulumi preview --stack ${stack}`],
      otherwise: byHand(question),
    };
  return {
    tag: last,
    head: `${head}, or step the schema down; the preview says what that loses, and which step is next:`,
    commands: [imageTag, `pulumi config set stepDown ${version} --stack ${stack}`, up],
    otherwise: byHand(question),
  };
}

/** What was not judged in time counts as open: its own `up` judges it. */
function isClosed(tag: string, { verdicts, allowed }: GoBackQuestion): boolean {
  const verdict = verdicts[tag] ?? "unknown";
  return verdict !== "unknown" && isPast(verdict, allowed);
}

function closedText(tag: string | undefined, { verdicts }: GoBackQuestion): string {
  return `Last known-good: ${tag}, but what it would meet in the schema is ${tag === undefined ? "unknown" : verdicts[tag]}.`;
}

function commandsTo(tag: string, { stack }: GoBackQuestion): string[] {
  return [`pulumi config set imageTag ${tag} --stack ${stack}`, `pulumi up --stack ${stack}`];
}

/** On the way forward a quarantine refuses; a reason is good for one try, so it is another one than the last time. */
function triedAgain(tag: string, question: GoBackQuestion): string[] {
  const { target, stack, order, rolledBackFrom } = question;
  if (order.indexOf(tag) < order.indexOf(target)) return commandsTo(tag, question);
  const reason = `the rollback to ${target} failed`;
  const used = rolledBackFrom.get(tag);
  const other = used?.startsWith(reason) === true ? `${used}, again` : reason;
  return [
    `pulumi config set retry '{"tag": "${tag}", "reason": "${other}"}' --stack ${stack}`,
    ...commandsTo(tag, question),
  ];
}

function byHand({ stack }: GoBackQuestion): string[] {
  return [
    "By hand, where that does not help: the emergency card:",
    `npx knowngood card --stack ${stack} > card.sh && sh card.sh`,
  ];
}

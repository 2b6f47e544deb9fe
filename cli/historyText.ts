import { oneLine } from "../gates/shownText";
import type { Deployment } from "../history/deployments";
import type { StackHistory } from "../history/readHistory";
import { when } from "../status/age";
import { table } from "./output";
import { shortDigest } from "./shorten";
import { ago, took } from "../history/times";

/** Characters of a reason that a row has room for; JSON has all of it. */
const longestReason = 60;
/** Characters of an id by which the updates of a stack are told apart. */
const idLength = 15;

const headings = ["ID", "RELEASE", "DIGEST", "MOVE", "OUTCOME", "WHEN", "TOOK", "WHO", "REASON"];

/**
 * A stack's history for people: where it stands, and a row for each update, newest first.
 * @param now ISO 8601
 */
export function historyText(history: StackHistory, now: string): string {
  const { label, deployments, standing } = history;
  const head = `${label}: ${standing === undefined ? "what runs is not known" : standingText(standing, now)}`;
  if (deployments.length === 0) return `${head}\nNo update of it is known.`;
  return [
    head,
    table(
      headings,
      deployments.map((one) => row(one, now)),
    ),
  ].join("\n");
}

function standingText(standing: NonNullable<StackHistory["standing"]>, now: string): string {
  const { running, lastKnownGood } = standing;
  const runs =
    running.services.length === 0
      ? "nothing runs"
      : running.tag === undefined
        ? `a mix runs (${running.services.map(({ service, tag }) => `${service} ${tag}`).join(", ")})`
        : `${running.tag} runs`;
  const back =
    lastKnownGood === undefined
      ? "no other release is known good"
      : `last known-good: ${lastKnownGood.tag}, its gates passed ${ago(lastKnownGood.passedAt, new Date(now))}`;
  return `${runs}; ${back}`;
}

function row(one: Deployment, now: string): string[] {
  const reason = oneLine(one.reason ?? "", longestReason);
  return [
    one.id.slice(0, idLength),
    releaseText(one),
    digestText(one),
    moveText(one),
    outcomeText(one),
    when(one.startedAt, now),
    one.seconds === undefined ? "-" : took(one.seconds),
    oneLine(one.by?.name ?? "-", longestReason),
    reason === "" ? "-" : reason,
  ];
}

/** A drill's way out and back are no change of mind, so they are told apart. */
function moveText({ kind, direction, drill }: Deployment): string {
  if (kind !== "update") return kind;
  return drill === undefined ? (direction ?? "update") : `drill ${drill.way}`;
}

function releaseText({ tag, runs, lastKnownGood }: Deployment): string {
  const marks = [...(runs ? ["running"] : []), ...(lastKnownGood ? ["last known-good"] : [])];
  return `${tag ?? "-"}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
}

/** Of the services whose image changed, where a record tells which; of all otherwise. */
function digestText({ services, from }: Deployment): string {
  const all = Object.entries(services);
  const changed = all.filter(([name, { digest }]) => from?.services[name]?.digest !== digest);
  const shown = new Set((changed.length > 0 ? changed : all).map(([, { digest }]) => digest));
  const [first, ...others] = shown;
  if (first === undefined) return "-";
  return `${shortDigest(first)}${others.length === 0 ? "" : ` +${others.length}`}`;
}

/** How an update ended, and where it stood; what it went on without. */
export function outcomeText(one: Deployment): string {
  const without = one.breakGlass === undefined ? "" : `, without ${one.breakGlass.guards.join(", ")}`;
  switch (one.outcome) {
    case "passed":
      return `${one.kind === "update" ? "passed" : "done"}${without}`;
    case "failed":
      return `failed${whyFailed(one)}${without}`;
    case "unfinished":
      return `did not come to its end${without}`;
    case "under way":
      return "under way";
    default:
      return one.outcome satisfies never;
  }
}

function whyFailed({ gates, stoppedAt, changed }: Deployment): string {
  const [gate, ...others] = gates.filter(({ outcome }) => outcome !== "passed");
  if (gate !== undefined) {
    const how = gate.outcome === "failed" ? "" : ` (${gate.outcome})`;
    return `: ${gate.name}${how}${others.length === 0 ? "" : ` +${others.length}`}`;
  }
  if (stoppedAt !== undefined) return ` at ${stoppedAt.step}`;
  return changed ? "" : ", nothing changed";
}

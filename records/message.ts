import { moveWords, type BegunUpdate, type ReleaseRecord } from "./releaseRecord";

/** That a rollback has started, for the channel in which an incident is followed. */
export function startedMessage(begun: BegunUpdate): string {
  return lines(begun, `${moveWords(begun)} started by ${byWhom(begun)}`, [
    told("Reason", begun.reason),
    told("Break-glass", glassWords(begun)),
  ]);
}

/** What an `up` came to. */
export function endedMessage(record: ReleaseRecord): string {
  const { outcome, seconds, stoppedAt, schema, flags } = record;
  const took = seconds === undefined ? "" : ` after ${seconds} s`;
  const failed = record.gates.filter((gate) => gate.outcome !== "passed");
  return lines(record, `${moveWords(record)} ${endWords[outcome]}${took}, run by ${byWhom(record)}`, [
    told("Stopped at", stoppedAt && `${stoppedAt.step} (${stoppedAt.open.join(", ")})`),
    told("Gates that did not pass", failed.map((gate) => `${gate.name} ${gate.outcome}`).join(", ")),
    told("Flags turned off", flags?.off.join(", ")),
    told("Flags NOT turned off", flags?.notOff.map(({ flag, why }) => `${flag} (${why})`).join(", ")),
    told("Reason", record.reason),
    told("Break-glass", glassWords(record)),
    told("Owed", record.breakGlass && "the proper run, without break-glass"),
    told("Detected by", record.detected),
    told("Schema", schema && schemaWords(schema)),
    told("Owner of the follow-up", record.owner),
    told("Evidence of what ran before", record.evidence),
  ]);
}

/** Where the postmortem of a rollback is written. */
export function issueMessage(record: BegunUpdate, url: string): string {
  return lines(record, `postmortem of the ${moveWords(record)}: ${url}`, []);
}

const endWords = {
  passed: "passed",
  failed: "FAILED",
  unfinished: "did not come to its end",
} as const satisfies Record<ReleaseRecord["outcome"], string>;

function byWhom({ by }: BegunUpdate): string {
  return `${by.name} on ${by.host}${by.run === undefined ? "" : ` (${by.run})`}`;
}

function glassWords({ breakGlass }: BegunUpdate): string | undefined {
  return breakGlass && `without ${breakGlass.guards.join(", ")}: ${breakGlass.reason}`;
}

/** What became of the schema, in words; nothing where it is as the release ships it. */
export function schemaWords({
  verdict,
  leftAhead,
  toApply,
  stepDown,
}: NonNullable<BegunUpdate["schema"]>): string {
  const left = `left ahead by ${leftAhead.length} (${leftAhead.join(", ")})${verdict === undefined ? "" : `: ${verdict}`}`;
  const parts = [
    stepDown === undefined ? "" : `${stepDown} stepped down`,
    toApply.length > 0 ? `${toApply.join(", ")} applied` : "",
    leftAhead.length > 0 ? left : "",
  ].filter((part) => part !== "");
  return parts.join("; ");
}

function told(what: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `${what}: ${value}`;
}

function lines({ stack }: BegunUpdate, first: string, more: readonly string[]): string {
  return [`${stack}: ${first}`, ...more.filter((line) => line !== "")].map(escaped).join("\n");
}

/** Slack takes what stands between angle brackets for links and for calls of everybody. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

import { basename, isAbsolute } from "node:path";
import { checklist } from "../checklist";
import { schemaWords } from "../message";
import { moveWords, type RecordedGate, type ReleaseRecord } from "../releaseRecord";
import type { Redact } from "../../gates/redaction";
import { shortened } from "../../gates/shownText";
import type { Incident } from "./incidents";
import { block, cell, code, link } from "./markdown";
import type { SeenBefore } from "./seenBefore";
import { timeline } from "./timeline";
import { endWords, moveCode } from "./updateWords";

export interface IssueFacts {
  incident: Incident;
  /** What the evidence from before the first rollback tells; undefined where it is not to be had here. */
  seen: SeenBefore | undefined;
  /** The file of records. */
  file: string;
  /** Takes secrets out of what somebody wrote. */
  redact: Redact;
}

/** Characters of a log line, and of all of them: GitHub takes 65,536 in a body. */
const longestLogLine = 500;
const mostOfLogs = 20_000;
/** Services, gates and updates that are listed; the rest is counted. */
const mostListed = 30;

/** What marks the issue, or the comment, that tells of an `up`. */
export function marker(id: string): string {
  return `<!-- knowngood ${id.replace(/[^\w.-]/g, "")} -->`;
}

/** The title and the body of an incident's issue. It may be public: no machine's name, and no log that nobody asked for. */
export function issueText(facts: IssueFacts): { title: string; body: string } {
  const { incident } = facts;
  const { first, updates } = incident;
  const listed = updates.slice(0, mostListed);
  const sections: [heading: string, lines: readonly string[]][] = [
    [
      "Timeline (UTC)",
      [
        ...timeline({ ...incident, updates: listed }, facts.seen, (text) => shown(text, facts.redact)),
        ...rest(updates),
      ],
    ],
    ["What was running", running(first)],
    ["What broke", whatBroke(facts)],
    ["How it was detected", [written(first.detected, "record.detected", facts.redact)]],
    ["Schema", listed.map(schemaLine)],
    ["Evidence", evidence(facts)],
    ["Owner", [written(first.owner, "record.owner", facts.redact)]],
    ...["Root cause", "Resolution", "Remediation", "Prevention"].map((heading): [string, string[]] => [
      heading,
      ["_To be written._"],
    ]),
    ["What stays a person's job", checklist(first).map((item) => `- [ ] ${item}`)],
  ];
  return {
    title: `Postmortem: ${first.stack}, ${moveWords(first)}`,
    body: [
      `Opened by knowngood from its record of a rollback of ${code(first.stack)}: ${moveCode(first)}.`,
      ...sections.map(([heading, lines]) => `## ${heading}\n\n${lines.join("\n")}`),
      updates.map(({ id }) => marker(id)).join("\n"),
    ].join("\n\n"),
  };
}

/** What is added to the issue when a further `up` of the incident has ended. */
export function commentText(record: ReleaseRecord, redact: Redact): string {
  const { startedAt, endedAt, reason } = record;
  return [
    `${code(startedAt)} to ${code(endedAt)}: ${moveCode(record)} ${endWords(record)}.`,
    "",
    ...(reason === undefined ? [] : [`- Reason: ${shown(reason, redact)}`]),
    ...gateLines(record, redact),
    schemaLine(record),
    `- Record: ${code(record.id)}`,
    "",
    marker(record.id),
  ].join("\n");
}

function running({ from, to }: ReleaseRecord): string[] {
  const services = [...new Set([...Object.keys(from.services), ...Object.keys(to.services)])];
  const side = (image: { tag: string; digest: string } | undefined) =>
    image === undefined ? "none" : `${cell(image.tag)} ${cell(image.digest)}`;
  const rows = services
    .slice(0, mostListed)
    .map((name) => `| ${cell(name)} | ${side(from.services[name])} | ${side(to.services[name])} |`);
  return [
    "| service | before the rollback | rolled back to |",
    "| --- | --- | --- |",
    ...rows,
    ...rest(services),
  ];
}

function whatBroke({ incident: { broughtBy, updates, first }, redact }: IssueFacts): string[] {
  const gates = [...(broughtBy ? [broughtBy] : []), ...updates].flatMap((record) =>
    gateLines(record, redact),
  );
  return [
    `- Reason: ${written(first.reason, "record.reason", redact)}`,
    ...(gates.length > 0
      ? [...gates.slice(0, mostListed), ...rest(gates)]
      : ["- No gate's record says that one did not pass."]),
  ];
}

/** The gates of an `up` that did not pass. */
function gateLines(record: ReleaseRecord, redact: Redact): string[] {
  const failed = record.gates.filter(({ outcome }) => outcome !== "passed");
  const line = ({ name, outcome, endedAt, attemptsMade, record: file }: RecordedGate) =>
    [
      `- Gate ${code(name)} of the ${moveCode(record)}: ${outcome} at ${code(endedAt)}`,
      attemptsMade === undefined ? "" : `, attempts: ${attemptsMade}`,
      file === undefined ? "" : `; its record: ${path(file, redact)}`,
    ].join("");
  return [...failed.slice(0, mostListed).map(line), ...rest(failed)];
}

function schemaLine(record: ReleaseRecord): string {
  const { schema } = record;
  const words = schema === undefined ? "no database" : schemaWords(schema);
  return `- Schema, by the ${moveCode(record)}: ${words === "" ? "as the release ships it" : code(words)}`;
}

function evidence({ incident, seen, file, redact }: IssueFacts): string[] {
  const { first, updates } = incident;
  const records = updates.map(({ id }) => code(id)).join(", ");
  const runs = [...new Set(updates.flatMap(({ by }) => by.run ?? []))].map(
    (run) => `- Pipeline's run: ${safeLink(run, redact)}`,
  );
  const ci = [...ciOf(incident, seen)].map(
    ([tag, { verdict, url }]) =>
      `- CI of ${code(tag)}: ${code(verdict)}${url === undefined ? "" : `, ${safeLink(url, redact)}`}`,
  );
  const gates = [...(seen?.gates ?? [])].map(
    ([name, at]) => `- Gate ${code(name)}: passed last at ${code(at)}`,
  );
  return [
    `- Record: ${records} in ${path(file, redact)}, on the machine that ran the rollback`,
    `- Logs, container states and gate reports from before it: ${first.evidence === undefined ? "none were kept" : path(first.evidence, redact)}`,
    ...runs,
    ...ci,
    ...(ci.length === 0 ? ["- CI: the catalog has no word of it"] : []),
    ...gates.slice(0, mostListed),
    ...logs(seen, redact),
  ];
}

/** What CI said of the releases that were left and gone back to, by tag. */
function ciOf({ first, broughtBy }: Incident, seen: SeenBefore | undefined): SeenBefore["ci"] {
  const told = [broughtBy, first].flatMap((record): [string, { verdict: string; url?: string }][] =>
    record?.ci === undefined || record.to.tag === undefined ? [] : [[record.to.tag, record.ci]],
  );
  return new Map([...(seen?.ci ?? []), ...told]);
}

function logs(seen: SeenBefore | undefined, redact: Redact): string[] {
  let left = mostOfLogs;
  return [...(seen?.logs ?? [])].flatMap(([service, lines]) => {
    // Redacted as a whole: a secret may have lines.
    const shortLines = redact(lines.join("\n"))
      .split("\n")
      .map((line) => shortened(line, longestLogLine));
    const fitting = shortLines.filter((_line, index) => {
      const fromHere = shortLines.slice(index).reduce((sum, { length }) => sum + length + 1, 0);
      return fromHere <= left;
    });
    left -= fitting.reduce((sum, { length }) => sum + length + 1, 0);
    return fitting.length === 0 ? [] : [`\nLast log lines of ${code(service)}:\n\n${block(fitting)}`];
  });
}

function written(text: string | undefined, setting: string, redact: Redact): string {
  return text === undefined ? `_not said (${code(setting)})_` : shown(text, redact);
}

function shown(text: string, redact: Redact): string {
  return code(redact(text));
}

/** A file or a folder; an absolute one by its name alone, since the path can show an account or a machine. */
function path(place: string, redact: Redact): string {
  return shown(isAbsolute(place) ? basename(place) : place, redact);
}

function safeLink(address: string, redact: Redact): string {
  return link(redact(address));
}

function rest(all: readonly unknown[]): string[] {
  return all.length > mostListed ? [`\nand ${all.length - mostListed} more, in the record.`] : [];
}

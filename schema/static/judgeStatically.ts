import type { Finding } from "../finding";
import type { Gap, SqlSource } from "../gap";
import { type ObjectName, displayName } from "../objectName";
import type { Verdict } from "../verdict";
import { ruleOf } from "../rules/rules";
import { Attribution } from "./attribution";
import { compareModels } from "./compare";
import { refuge } from "./copies";
import { dispatch } from "./dispatch";
import { Journal } from "./journal";
import { type Relation, Schema } from "./model";
import type { ModelFinding } from "./modelFinding";
import { type Parser, isTooDeep, openParser } from "./parser";
import { type Refused, read } from "./reader";
import { type Ahead, type Effect, Replay, type UnreadStatement } from "./replay";
import { type Place, type Statement, placeOf } from "./statement";
import { withoutRolledBack } from "./transactions";

/** What the statements of a gap say by themselves. */
export interface StaticJudgement {
  /** All of them, in the order of the statements: used alone where no scratch database can run. */
  findings: readonly Finding[];
  /** Those that no catalog shows, which hold beside what a scratch database says. */
  dataFindings: readonly Finding[];
  /** What of the ahead SQL could not be read, and why; it makes the judgement unconfirmed and at least conditional. */
  unread: readonly string[];
  /**
   * The ahead statement behind a change of an object. Follows renames, and falls back from a part to its relation and
   * from an object to what took it along.
   * @param rule the finding's rule, which tells statements about the same object apart
   */
  statementBehind: (object: ObjectName, rule?: string) => Place | undefined;
  /** The column that holds a whole copy of a column's values, which the gap made before it dropped that one. */
  copyOf: (object: ObjectName) => ObjectName | undefined;
}

/** What a judgement by statements is told besides. */
export interface StaticOptions {
  /** The role that old code logs in as; undefined where nobody said. */
  role?: string | undefined;
  /** @default the present moment */
  now?: Date;
}

/** Judges a gap by its statements alone. Never throws over what the SQL holds. */
export async function judgeStatically(
  gap: Gap,
  { role, now = new Date() }: StaticOptions = {},
): Promise<StaticJudgement> {
  const parser = await openParser();
  const before = new Schema();
  const shipped = new Replay(before, parser, undefined, true, dispatch);
  let readAny = false;
  for (const source of gap.shipped)
    readAny = (await replayFile(shipped, source, parser, () => undefined)) || readAny;
  const assuming = !readAny || shipped.incomplete;

  const ahead: Ahead = {
    before,
    parser,
    journal: new Journal(),
    effects: [],
    unread: [],
    copies: new Map(),
    faithful: new Set(),
    altered: new Set(),
    filled: new Set(),
    differences: [],
    sessions: new Map(),
    madeRoles: new Set(),
    role,
    now,
  };
  const refused: Refused[] = [];
  const replay = new Replay(before.clone(), parser, ahead, assuming, dispatch);
  for (const source of gap.ahead) await replayFile(replay, source, parser, (one) => refused.push(one));

  const attribution = new Attribution(before, replay.schema, ahead.journal);
  const unread = [...refused.map(ofRefused), ...ahead.unread.map(ofUnread)];
  const rows = inOrder(
    [
      ...ahead.effects.map((effect) => ofEffect(effect, before, replay.schema, ahead)),
      ...unread.map(({ finding }) => finding),
    ],
    gap,
  );
  const alone = new Map(unread.map(({ finding, worst }) => [finding, { ...finding, verdict: worst }]));
  const finding = ({ rule, verdict, object, reason, remedy }: ModelFinding): Finding => ({
    rule,
    verdict,
    object: displayName(object),
    ...placed(attribution.behind(object, rule)),
    engine: "static",
    reason,
    remedy: remedy ?? ruleOf(rule).remedy,
  });
  const structural = compareModels(before, replay.schema, ahead).map(finding);
  const unseen = [...ahead.sessions.values()].filter(({ beside }) => beside).map(finding);
  return {
    findings: inOrder([...structural, ...rows.map((finding) => alone.get(finding) ?? finding)], gap),
    dataFindings: inOrder([...rows, ...unseen], gap),
    unread: [
      ...(gap.unread ?? []).map(({ name, reason }) => `${name}: ${reason}`),
      ...unread.map(({ line }) => line),
    ],
    statementBehind: (object, rule) => {
      const statement = attribution.behind(object, rule);
      return statement === undefined ? undefined : placeOf(statement);
    },
    copyOf: (object) => copyOf(object, before, replay.schema, ahead),
  };
}

/** @returns whether the file held a statement */
async function replayFile(
  replay: Replay,
  source: SqlSource,
  parser: Parser,
  refuse: (refused: Refused) => void,
): Promise<boolean> {
  replay.beginFile();
  let readAny = false;
  for await (const reads of withoutRolledBack(read(source, parser), source.sql))
    for (const { statement, unread } of reads) {
      if (unread !== undefined) {
        replay.incomplete = true;
        refuse(unread);
      }
      if (statement === undefined) continue;
      readAny = true;
      try {
        replay.run(statement);
      } catch (error) {
        if (!isTooDeep(error)) throw error;
        replay.unreadable("nested too deeply to be read", statement);
      }
      if (parser.isBroken()) await parser.mend();
    }
  return readAny;
}

function placed(statement: Statement | undefined): Place {
  return statement === undefined ? {} : placeOf(statement);
}

interface ToldUnread {
  line: string;
  finding: Finding;
  /** What it can come to, where nothing else shows what it did. */
  worst: Verdict;
}

function ofRefused({ text, start, end, at, reason }: Refused): ToldUnread {
  const place = placeOf({ node: { String: {} }, text, start, end });
  return told(
    { ...place, line: text.lineAt(Math.min(at, end)) },
    reason,
    text.sql.slice(start, Math.min(end, start + 4000)),
  );
}

function ofUnread({ statement, reason, fragment }: UnreadStatement): ToldUnread {
  return told(placeOf(statement), reason, fragment);
}

/** What SQL of which only fragments are known can come to. */
function worstOf(fragment: string): Verdict {
  if (/\b(drop\s+(table|column|schema|owned)|delete\s+from|truncate|update|merge)\b/i.test(fragment))
    return "destructive";
  return /\b(drop|rename|revoke|alter|owner|set)\b/i.test(fragment) ? "breaking" : "conditional";
}

function told(place: Required<Place>, reason: string, fragment: string): ToldUnread {
  const where = `${place.migration} line ${place.line}`;
  const { verdict, remedy } = ruleOf("unread-statement");
  return {
    line: `${where}: ${reason}`,
    worst: worstOf(fragment),
    finding: {
      rule: "unread-statement",
      verdict,
      object: `line ${place.line}`,
      ...place,
      engine: "static",
      reason: `What this statement does is not known: ${reason}.`,
      remedy,
    },
  };
}

function ofEffect(effect: Effect, before: Schema, after: Schema, ahead: Ahead): Finding {
  const home = refuge(effect, before, after, ahead);
  const { relation, column, statement } = effect;
  const rule = home === undefined ? effect.rule : "values-moved";
  const verdict = home === undefined ? effect.verdict : ruleOf(rule).verdict;
  const reason =
    home === undefined ? effect.reason : `${effect.reason}, after they were copied to ${displayName(home)}`;
  const table = before.relations.byId.get(relation);
  const part = table?.columns.find(({ id }) => id === column)?.name;
  const object = displayName(objectOf(table, part));
  return {
    rule,
    verdict,
    object,
    ...placeOf(statement),
    engine: "static",
    reason: `Of what old code reads as ${object}, ${reason}.`,
    remedy: ruleOf(rule).remedy,
  };
}

function objectOf(table: Relation | undefined, part: string | undefined): ObjectName {
  return {
    kind: part === undefined ? "relation" : "column",
    schema: table?.schema ?? "public",
    name: table?.name ?? "",
    ...(part !== undefined && { part }),
  };
}

/** By migration, then by line; what no statement could be named for comes last. Findings said twice are said once. */
function inOrder(findings: readonly Finding[], gap: Gap): Finding[] {
  const files = new Map(gap.ahead.map(({ name }, index) => [name, index]));
  const rank = ({ migration }: Finding) => files.get(migration ?? "") ?? files.size;
  const seen = new Set<string>();
  return findings
    .filter((finding) => {
      const key = JSON.stringify([
        finding.rule,
        finding.object,
        finding.migration,
        finding.line,
        finding.statement,
      ]);
      return !seen.has(key) && seen.add(key);
    })
    .sort((one, other) => rank(one) - rank(other) || (one.line ?? 0) - (other.line ?? 0));
}

function copyOf(object: ObjectName, before: Schema, after: Schema, ahead: Ahead): ObjectName | undefined {
  if (object.kind !== "column") return undefined;
  const source = before.relations
    .at(object.schema ?? "public", object.name)
    ?.columns.find(({ name }) => name === object.part);
  if (source === undefined) return undefined;
  for (const relation of after.relations.all())
    for (const column of relation.columns)
      if (ahead.copies.get(column.id)?.has(source.id) === true && !relation.temporary)
        return objectOf(relation, column.name);
  return undefined;
}

import type { ObjectName } from "../objectName";
import type { StructuralFinding } from "../snapshot/structuralFinding";
import { ruleOf } from "../rules/rules";
import { isPast, type Verdict } from "../verdict";
import type { Fate, Survival } from "./survival";
import type { Trial, TrialOutcome } from "./trials/trial";

/** A group of trials of which some worked before. */
export interface GroupResult {
  trial: Trial;
  /** Why none of those that worked still does; undefined where one does. */
  failure?: string;
  /** Whether one that still works answers otherwise. */
  answersOtherwise?: { before: string; after: string };
}

/** Everything that trying showed. */
export interface Evidence {
  groups: readonly GroupResult[];
  survivals: readonly Survival[];
}

/**
 * Sums trials up: a group still works while one of those that worked before does.
 * @param after of those that worked before and were run again
 */
export function groupResults(
  trials: readonly Trial[],
  before: readonly TrialOutcome[],
  after: readonly (TrialOutcome | undefined)[],
): GroupResult[] {
  const groups = new Map<string, number[]>();
  trials.forEach(({ group }, place) => {
    if (after[place] !== undefined && !isBeside(trials[place], after[place]))
      groups.set(group, [...(groups.get(group) ?? []), place]);
  });
  return [...groups.values()].flatMap((places) => {
    const failures = places.map((place) => failureOf(trials[place], before[place], after[place]));
    const lost = failures.includes(unseen);
    const worse = lost ? unseen : failures.find((failure) => failure !== undefined);
    // A write that changes nothing does not show that writes are kept.
    const works = places.find(
      (place, at) => failures[at] === undefined && !(lost && trials[place]?.effect === undefined),
    );
    const trial = trials[works ?? places[Math.max(0, failures.indexOf(worse))] ?? 0];
    if (trial === undefined) return [];
    if (works === undefined) {
      const ordinary = trial.ordinary && !places.every((place) => isReferenced(trial, after[place]));
      return [{ trial: { ...trial, ordinary }, ...(worse !== undefined && { failure: worse }) }];
    }
    const [was, is] = [before[works]?.answer, after[works]?.answer];
    const otherwise = trial.answers === true && was !== undefined && is !== undefined && was !== is;
    return [{ trial, ...(otherwise && { answersOtherwise: { before: was, after: is } }) }];
  });
}

const unseen = "what it writes is not there afterwards";

/** Whether a row kept its key since others refer to it: who gives such a row another one leaves references to nothing. */
function isReferenced({ deed }: Trial, after?: TrialOutcome): boolean {
  const refused = after?.code === foreignKeyViolation || after?.code === restrictViolation;
  return refused && deed === "update" && (after.failure ?? "").includes(stillReferring);
}

/** Whether it failed for its own values, and not for want of a row elsewhere. */
const isBeside = (trial?: Trial, after?: TrialOutcome) =>
  trial?.prepare !== undefined &&
  after?.failure !== undefined &&
  after.code !== foreignKeyViolation &&
  after.code !== notNullViolation;

const notNullViolation = "23502";
const foreignKeyViolation = "23503";
const restrictViolation = "23001";
/** As the server says it in English, and of no row that refers to nothing: "update or delete on table … violates …". */
const stillReferring = "update or delete on table";

function failureOf(trial?: Trial, before?: TrialOutcome, after?: TrialOutcome): string | undefined {
  if (after?.failure !== undefined) return after.failure;
  const writes = trial?.deed === "insert" || trial?.deed === "update" || trial?.deed === "delete";
  const reads = trial?.deed === "select" && trial.role !== undefined;
  if ((writes || reads) && (before?.rows ?? 0) > 0 && (after?.rows ?? 0) === 0)
    return writes ? "no row was written" : "no row was read";
  if (before?.seen === true && after?.seen === false) return unseen;
  return undefined;
}

/** The comparison's findings as the trials leave them, and what only the trials show. */
export function settled(structural: readonly StructuralFinding[], evidence: Evidence): StructuralFinding[] {
  const kept = structural.flatMap((finding) => settle(finding, evidence));
  const losses = evidence.survivals.flatMap((survival) => lossesOf(survival));
  const known = [...kept, ...losses.filter((loss) => !explains(kept, loss.object, loss.verdict))];
  const failed = evidence.groups.flatMap((group) =>
    failureFinding(group).map((finding) => ({ finding, within: group.trial.within })),
  );
  const told: StructuralFinding[] = [];
  for (const { finding, within } of failed.sort((one, other) => byGravity(one.finding, other.finding))) {
    const { verdict } = finding;
    if (explains([...known, ...told], scopeOf(finding), verdict)) continue;
    if (within === undefined || !explains(known, within, verdict)) told.push(finding);
  }
  return [...known, ...told];
}

function byGravity(one: StructuralFinding, other: StructuralFinding): number {
  return Number(isPast(other.verdict, one.verdict)) - Number(isPast(one.verdict, other.verdict));
}

function settle(finding: StructuralFinding, evidence: Evidence): StructuralFinding[] {
  const moved = movedInstead(finding, evidence);
  if (moved !== undefined) return [moved];
  const { settledByTrial } = finding;
  if (settledByTrial === undefined) return [finding];
  if (!stillWorks(finding, settledByTrial.relation, evidence)) return [finding];
  const { otherwise } = settledByTrial;
  if (otherwise === undefined) return [];
  return [{ ...without(finding), ...otherwise, remedy: ruleOf(otherwise.rule).remedy }];
}

function without({ rule, verdict, object, reason, remedy }: StructuralFinding): StructuralFinding {
  return { rule, verdict, object, reason, remedy };
}

/** Whether every ordinary statement on a relation was tried and still runs, and its rows are read alike. */
function stillWorks(
  finding: StructuralFinding,
  relation: { schema: string; name: string },
  { groups, survivals }: Evidence,
): boolean {
  const survival = survivals.find(
    (each) => each.relation.schema === relation.schema && each.relation.name === relation.name,
  );
  const alike =
    survival !== undefined &&
    survival.lostRows === 0 &&
    [...survival.columns.values()].every(({ is }) => is === "same");
  // Of lost data the data itself tells; a statement that fails has a finding of its own.
  if (finding.verdict === "destructive") {
    if (!alike || survival.rows === 0) return false;
    return finding.object.kind !== "column" || survival.columns.has(finding.object.part ?? "");
  }
  const own = groups.filter(({ trial }) => trial.ordinary && isOf(trial.object, relation));
  const has = (deed: Trial["deed"]) =>
    own.some(({ trial }) => trial.deed === deed && trial.role === undefined);
  if (!has("select") || own.some(({ failure }) => failure !== undefined)) return false;
  if (
    finding.object.kind !== "column" &&
    !["insert", "update", "delete"].every((deed) => has(deed as Trial["deed"]))
  )
    if (!finding.rule.startsWith("view")) return false;
  // Whether a column may be left out only an insert shows that leaves it out.
  const leavesOut = own.some(({ trial }) => trial.group.endsWith("insert minimal"));
  if (finding.object.kind === "column" && !finding.rule.startsWith("view") && !leavesOut) return false;
  return survival === undefined || alike;
}

/** A loss that is none, since another name leads to the values. */
function movedInstead(finding: StructuralFinding, { survivals }: Evidence): StructuralFinding | undefined {
  if (finding.verdict !== "destructive") return undefined;
  const { kind, schema, name, part } = finding.object;
  const survival = survivals.find(({ relation }) => relation.schema === schema && relation.name === name);
  if (survival === undefined) return undefined;
  if (kind === "column" && part !== undefined) {
    const fate = survival.columns.get(part);
    return fate?.is === "moved" ? movedFinding(finding.object, fate) : undefined;
  }
  if (kind !== "relation" || survival.columns.size === 0) return undefined;
  const fates = [...survival.columns.values()];
  const [first] = fates;
  if (first?.is !== "moved" || !fates.every(({ is }) => is === "moved")) return undefined;
  return { ...movedFinding(finding.object, first), reason: `Its rows are in ${tableOf(first.to)} now.` };
}

function movedFinding(object: ObjectName, { to }: Extract<Fate, { is: "moved" }>): StructuralFinding {
  return trialFinding("values-moved", object, `Its values are in ${tableOf(to)}.${to.column} now.`);
}

const tableOf = ({ schema, name }: { schema: string; name: string }) =>
  schema === "public" ? name : `${schema}.${name}`;

function lossesOf({ relation, rows, lostRows, columns }: Survival): StructuralFinding[] {
  if (relation.kind === "v" || relation.kind === "m") return [];
  const { schema, name } = relation;
  if (lostRows > 0)
    return [
      trialFinding(
        "rows-lost",
        { kind: "relation", schema, name },
        `Of ${rows} rows that were put there before, ${lostRows} are gone.`,
      ),
    ];
  return [...columns].flatMap(([part, fate]): StructuralFinding[] => {
    const object: ObjectName = { kind: "column", schema, name, part };
    switch (fate.is) {
      case "same":
        return [];
      case "moved":
        return [movedFinding(object, fate)];
      case "lost":
        return [trialFinding("values-lost", object, "No name leads to its values any more.")];
      case "changed":
        return [trialFinding("values-changed", object, `What was ${fate.from} is ${fate.to} now.`)];
    }
  });
}

function failureFinding({ trial, failure, answersOtherwise }: GroupResult): StructuralFinding[] {
  const statement = trial.steps.join("; ");
  const shown = statement.length > 160 ? `${statement.slice(0, 159)}…` : statement;
  const where = trial.prepare === undefined ? "" : ", where tables hold nothing else,";
  const who = `${trial.role === undefined ? "" : ` as ${trial.role}`}${where}`;
  if (failure !== undefined) {
    const reason = `${shown}${who} worked before and fails now: ${failure}.`;
    return [trialFinding(trial.ordinary ? "statement-fails" : "edge-statement-fails", trial.object, reason)];
  }
  if (answersOtherwise === undefined) return [];
  const { before, after } = answersOtherwise;
  return [
    trialFinding("answer-changed", trial.object, `${shown}${who} gave ${before} and gives ${after} now.`),
  ];
}

function trialFinding(id: string, object: ObjectName, reason: string): StructuralFinding {
  const { verdict, remedy } = ruleOf(id);
  return { rule: id, verdict, object, reason, remedy };
}

/** An edge statement writes or reads a whole relation, so anything that is known of that explains it. */
function scopeOf({ object, verdict }: StructuralFinding): ObjectName {
  if (verdict !== "conditional" || object.kind !== "column") return object;
  const { schema, name } = object;
  return { kind: "relation", name, ...(schema !== undefined && { schema }) };
}

/** Whether what is known of an object, of its relation, or of a part of it, is as grave already. */
function explains(known: readonly StructuralFinding[], object: ObjectName, verdict: Verdict): boolean {
  return known.some((finding) => !isPast(verdict, finding.verdict) && concerns(finding.object, object));
}

function concerns(finding: ObjectName, object: ObjectName): boolean {
  if (finding.kind === "schema") return finding.name === object.schema;
  if (finding.schema !== object.schema || finding.name !== object.name) return false;
  if (object.kind === "function") return finding.args === object.args;
  if (finding.kind === "column" && object.kind === "column") return finding.part === object.part;
  return true;
}

function isOf(object: ObjectName, { schema, name }: { schema: string; name: string }): boolean {
  return (
    (object.kind === "relation" || object.kind === "column") &&
    object.schema === schema &&
    object.name === name
  );
}

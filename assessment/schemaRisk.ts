import { buildsByService, type Catalog } from "../catalog/catalog";
import { migrationLabel, type Release } from "../catalog/release";
import type { KnownGood } from "../history/knownGood";
import type { Direction, Running } from "../history/running";
import type { CombinedJudgement } from "../schema/combine";
import { reviewedGap, type ReviewedMigration } from "../schema/fingerprint";
import { notJudged } from "../schema/notJudged";
import { makeReport, type Report } from "../schema/report";
import { reportChanges } from "../schema/reportChange";
import type { StepDown } from "../schema/stepDown/stepDown";
import { wholeWay, wholeWayText } from "../schema/stepDown/wholeWay";
import { isPast, type Verdict } from "../schema/verdict";
import { assessedFingerprint, reviewedMigration } from "./assessedFingerprint";
import { closedWays, closingText, horizonOf, type Horizon } from "./horizon";
import { doubtsOf, withDoubts, type SchemaDoubt } from "./schemaDoubts";
import { takesBack } from "./migratedBy";
import type { SchemaEvidence } from "./schemaEvidence";

/** What an `up` means between code and schema. */
export interface SchemaRisk {
  report: AssessmentReport;
  /** Whether there is anything to read in the report. */
  worthReading: boolean;
}

/** The report of an assessment: of what the target would meet, and of who could no longer come back. */
export interface AssessmentReport extends Report {
  stack: string;
  direction: Direction;
  horizon: Horizon;
  /** A sentence for each release whose way back the `up` closes. */
  closed: readonly string[];
  /** What would have to be taken back: each step, as a person reads it. */
  wholeWay: readonly string[];
}

export interface RiskQuestion {
  stack: string;
  target: Release;
  running: Running;
  direction: Direction;
  knownGood: readonly KnownGood[];
  catalog: Catalog;
  evidence: SchemaEvidence;
  /** What taking back the newest migration would come to; undefined where nobody looked. */
  stepDown: StepDown | undefined;
  /** Whether this `up` takes it back. */
  stepping: boolean;
  /** `guards.schema`. */
  allowed: Verdict;
}

/** What nothing is ahead of. */
const level: CombinedJudgement = {
  verdict: "compatible",
  confirmed: true,
  unconfirmed: [],
  findings: [],
  notes: [],
};

export function assessRisk(question: RiskQuestion): SchemaRisk {
  const { target, catalog, evidence, stepDown, stepping, stack, direction, allowed } = question;
  const judgement = withDoubts(evidence.judgement ?? level, doubtsIn(evidence));
  const ways = direction === "rollback" ? [] : closedWays(evidence.standings, allowed);
  const gap = reviewedGap(evidence.ahead);
  const reviewedTarget = {
    tag: target.tag,
    images: buildsByService(target),
  };
  const takenBack = takenBackBy(evidence, catalog);
  const report = makeReport({
    judgement,
    target: reviewedTarget,
    gap,
    flags: flagsOnlyOf(question),
    stepDown,
    stepping,
    rollingBack: direction === "rollback",
    takenBack,
    runner: gap.length === 0 ? undefined : evidence.runner,
    notJudged: notJudged(writingSince(question), target.tag, writersAfter(question), orderOf(catalog)),
  });
  const closed = ways.map((way) => closingText(way, (migration) => releaseOf(migration, catalog)));
  const bound = assessedFingerprint({
    target: reviewedTarget,
    gap,
    takenBack,
    evidence,
    judgement,
    ways,
    report,
  });
  return {
    report: {
      ...report,
      fingerprint: bound,
      stack,
      direction,
      horizon: horizonOf([...evidence.standings, own(target, judgement)].sort(byPlace(catalog)), allowed),
      closed,
      wholeWay:
        canStep(stepDown) && (stepping || isPast(judgement.verdict, allowed))
          ? wayText(evidence, allowed, stack, stepping)
          : [],
    },
    worthReading: gap.length > 0 || closed.length > 0 || stepping,
  };
}

/** Whether the newest migration can be taken back at all, losing data or not. */
function canStep(stepDown: StepDown | undefined): boolean {
  return stepDown?.verdict === "lossless" || stepDown?.verdict === "lossy";
}

/** Those that an `up` does not take back, whoever applies them takes back. */
function wayText(
  { wayBack, runner, migratedBy }: SchemaEvidence,
  allowed: Verdict,
  stack: string,
  stepping: boolean,
): string[] {
  const steps = wholeWay(wayBack, allowed);
  if (takesBack({ runner, migratedBy })) return wholeWayText(steps, stack, stepping);
  const names = steps.map(migrationLabel).join(", then ");
  if (steps.length === 0) return [];
  return [
    `${migratedBy === undefined ? "An up takes back dbmate's migrations alone" : "This program takes back no migrations"}: ` +
      `stop the services, take back ${names} with ${runner.tool} itself, then roll back.`,
  ];
}

/** What differs from the report that was reviewed; undefined where that is not kept. */
export function changesSince(
  reviewed: AssessmentReport | undefined,
  now: AssessmentReport,
): string[] | undefined {
  if (reviewed === undefined) return undefined;
  const before = new Set(reviewed.closed);
  return [
    ...reportChanges(reviewed, now),
    ...now.closed.filter((text) => !before.has(text)).map((text) => `new: ${text}`),
  ];
}

/** Without a record nobody knows what is applied at all. */
function doubtsIn({ state, recorded }: SchemaEvidence): SchemaDoubt[] {
  if (state === undefined) return [];
  if (!("unconfirmed" in state)) return doubtsOf(state.problems);
  const silent = `since the database could not be asked: ${state.unconfirmed}`;
  return recorded === undefined
    ? [{ reason: `what is applied is not known, ${silent}`, unknown: true }]
    : [{ reason: `what is applied is taken from the record, ${silent}`, unknown: false }];
}

/** The migration that is stepped down, with both its ways; undefined where none is, or the catalog lacks it. */
function takenBackBy({ decision }: SchemaEvidence, { releases }: Catalog): ReviewedMigration | undefined {
  if (decision.kind !== "step") return undefined;
  const all = releases.flatMap(({ migrations }) => migrations);
  const migration = all.find(({ version }) => version === decision.version);
  return migration === undefined ? undefined : reviewedMigration(migration);
}

function own({ tag }: Release, judgement: CombinedJudgement) {
  return { tag, now: undefined, after: judgement };
}

function orderOf({ releases }: Catalog): string[] {
  return releases.map(({ tag }) => tag);
}

function byPlace(catalog: Catalog): (one: { tag: string }, other: { tag: string }) => number {
  const place = new Map(orderOf(catalog).map((tag, index) => [tag, index]));
  return (one, other) => (place.get(one.tag) ?? 0) - (place.get(other.tag) ?? 0);
}

/** The first release of the catalog that ships a migration, by what findings call it. */
function releaseOf(label: string, { releases }: Catalog): string | undefined {
  return releases.find(({ migrations }) =>
    migrations.some((migration) => label === migrationLabel(migration)),
  )?.tag;
}

/** Releases newer than the target that have run, or may have: up to the newest that runs. */
function writersAfter({ target, running, direction, catalog }: RiskQuestion): Release[] {
  if (direction !== "rollback") return [];
  const place = new Map(orderOf(catalog).map((tag, index) => [tag, index]));
  const newest = Math.max(...running.services.map(({ tag }) => place.get(tag) ?? -1));
  return catalog.releases.slice((place.get(target.tag) ?? -1) + 1, newest + 1);
}

function flagsOnlyOf(question: RiskQuestion): string[] {
  const { target } = question;
  const flags = writersAfter(question).flatMap((release) => release.flags);
  return [...new Set(flags)].filter((flag) => !target.flags.includes(flag));
}

/** When newer code began to write: with the first migration of the gap, where the database says when that was. */
function writingSince({ target, knownGood, evidence }: RiskQuestion): string | undefined {
  const { state, gap } = evidence;
  if (state !== undefined && !("unconfirmed" in state)) {
    const times = state.applied.flatMap(({ version, appliedAt }) =>
      gap.includes(version) && appliedAt !== undefined ? [appliedAt] : [],
    );
    const [first] = times.sort();
    if (first !== undefined) return `${first.slice(0, 16).replace("T", " ")} UTC`;
  }
  return knownGood.some(({ tag }) => tag === target.tag) ? `${target.tag} last ran` : undefined;
}

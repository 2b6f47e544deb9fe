import { findRelease, type CatalogSurvey } from "../catalog/catalog";
import type { Migration, Release } from "../catalog/release";
import type { DrillUnderWay } from "../drills/underWay";
import type { GoBack } from "../gates/wayBack";
import { knownGoodFrom, lastKnownGood, type KnownGood } from "../history/knownGood";
import type { RecordedSchema } from "../history/recordedSchema";
import { directionOf, runningFrom, type Direction, type Running } from "../history/running";
import type { SchemaPlan } from "../schema/schemaPlan";
import type { StepDown } from "../schema/stepDown/stepDown";
import type { Verdict } from "../schema/verdict";
import type { Breakable } from "../settings/guardNames";
import type { Settings } from "../settings/settings";
import type { BackupPlan } from "./backupPlan";
import { breakThrough, goesWithout, type BrokenGlass, type GatesSet } from "./breakGlass";
import { byHandWords, lookAtByHand, type ServiceByHand } from "./byHand";
import { catalogMistakes } from "./catalogMistakes";
import { ciGuard } from "./ciGuard";
import { diskGuard } from "./diskGuard";
import type { Evidence } from "./evidence";
import { assessFlags, flagWarnings, type AssessedFlags } from "./flags";
import { goBackFrom } from "./goBack";
import { holdRefusals } from "./hold";
import { assessQuarantine, type AssessedQuarantine } from "./quarantine";
import { obstacles, worldWarnings } from "./obstacles";
import { assessOwed, owedWarnings, unaskedGuards, type AssessedOwed } from "./owed";
import { refusedBy, type Refusal } from "./refusal";
import { boundFingerprint, isSettled, reviewedRefusals } from "./reviewed";
import { assessSchema, steppedDownFirst } from "./schemaAssessment";
import { changesSince, type SchemaRisk } from "./schemaRisk";
import type { RunBy } from "./runBy";
import { wayBackWarnings } from "./wayBack";

/** What an `up` would do and what speaks against it, decided before anything is touched. */
export interface Assessment {
  target: Release;
  /** What runs, by the state; by hand where that is adopted. */
  running: Running;
  direction: Direction;
  /** Services whose containers were made by hand, and are taken as they are. @default none */
  adopted?: readonly ServiceByHand[];
  /** Where something is adopted: what the state holds, and the way that was gone by hand from there. */
  beforeHand?: { running: Running; direction: Direction };
  services: readonly ServiceMove[];
  /** Undefined for a stack without a database. */
  schema: AssessedSchema | undefined;
  /** What the schema means for the target and for the releases before it; undefined for a stack without a database. */
  risk?: SchemaRisk;
  /** Undefined where the setting asks for none. */
  stepDown?: AssessedStepDown;
  /** How full the disks are, in a line; undefined where nobody knows. */
  disk?: string;
  quarantine: Pick<AssessedQuarantine, "memory" | "left">;
  /** Of which drill it is a part; undefined of every other `up`. */
  drill?: DrillUnderWay;
  /** Whether the target is known good and quarantined all the same. @default false */
  targetShunned?: boolean;
  /** What it goes on without; undefined without the setting, and once its time is over. */
  breakGlass?: BrokenGlass;
  /** Undefined for a stack that has never gone on by break-glass, and does not now. */
  owed?: AssessedOwed;
  /** Undefined where no setting says how flags are turned off. */
  flags?: AssessedFlags;
  knownGood: readonly KnownGood[];
  /** The newest known-good release that is not the target, and not quarantined. */
  lastKnownGood: KnownGood | undefined;
  /** Where a failed gate leads, where that is not plainly back to the last known-good release. */
  goBack?: GoBack;
  warnings: readonly string[];
  /** Why the `up` must not go on; each says what answers it. */
  refusals: readonly Refusal[];
}

/** What happens to one service. */
export interface ServiceMove {
  service: string;
  /** What runs now; undefined when nothing does. */
  from: { tag: string; digest: string; createdAs: string } | undefined;
  to: { tag: string; digest: string };
}

export interface AssessedSchema extends SchemaPlan {
  /** The versions that the judgement rests on: the database's own word, else what was recorded. */
  applied: readonly string[];
  recorded: RecordedSchema | undefined;
  /** Versions that a dump stands in for, which the target was made for though it may not ship them. @default none */
  dumped?: readonly string[];
  /** The backup that is made before the schema changes; undefined for none. */
  backup?: BackupPlan;
  /** The user's own command that applies migrations. @default dbmate, of dbmate's */
  runBy?: RunBy;
}

/** The one migration that the setting `stepDown` names. */
export interface AssessedStepDown {
  version: string;
  /** Whether this `up` takes it back; otherwise the setting has nothing to do. */
  active: boolean;
  /** The migration, for its SQL; undefined where the catalog does not have it. */
  migration: Migration | undefined;
  /** Undefined where there is nothing to judge, since it is not active. */
  verdict: StepDown | undefined;
  /** Whether the target can't run on what is left of the gap, so that its services are made but not started. */
  servicesStayStopped: boolean;
}

export interface AssessmentQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  target: Release;
  /** Services that the settings declare. */
  services: readonly string[];
  survey: CatalogSurvey;
  guards: { schema: Verdict; horizon: boolean; ci: { unknown: "warn" | "refuse" }; disk: { limit: number } };
  /** The fingerprint that was acknowledged, where one was. */
  acknowledge?: string;
  /** Fingerprint of what was reviewed where this deployment was proposed. @default it follows no review */
  reviewed?: string | undefined;
  /** The version that the setting `stepDown` names. */
  stepDown?: string;
  /** Why nothing may be deployed, where the setting says so. */
  hold?: string;
  /** Whether the settings say how flags are turned off. @default false */
  turnsFlagsOff?: boolean;
  quarantine: Settings["quarantine"];
  retry?: Settings["retry"];
  breakGlass?: Settings["breakGlass"];
  /** Gates that break-glass could leave out. */
  gates: GatesSet;
  /** Whether what was done by hand is taken as it is. @default nobody has said */
  adopt?: boolean;
  /** Of which drill it is a part. @default none */
  drill?: DrillUnderWay;
  /** ISO 8601, UTC. */
  now: string;
  evidence: Evidence;
}

/** Decides from evidence alone. */
export function assess(question: AssessmentQuestion): Assessment {
  const { stack, target, services, survey, evidence, now, breakGlass: setting, drill } = question;
  const { state, strays } = evidence;
  const held = runningFrom(state, survey.catalog);
  const hands = { stack, target, catalog: survey.catalog, strays, adopt: question.adopt, held };
  const byHand = lookAtByHand(hands);
  const { running } = byHand;
  const knownGood = knownGoodFrom(state, evidence.failedGates);
  const direction = directionOf(target, running, state, survey.catalog);
  const sinceState = directionOf(target, held, state, survey.catalog);
  const unasked = unaskedGuards(state, target.tag, direction);
  const handWords = byHandWords(byHand, sinceState, hands);
  const known = { ...question, running, held, sinceState, handWords, knownGood, unasked };
  // What a drill left was good here, and nothing may keep the stack from coming back to it.
  const returns = drill?.way === "back" && knownGood.some(({ tag }) => tag === target.tag);
  const asked = returns && direction === "forward" ? "rollback" : direction;
  const { quarantine, warnings, refusals, ...rest } = askGuards({ ...known, direction: asked });
  const { memory, left, shunned } = quarantine;
  const flags = question.turnsFlagsOff
    ? assessFlags({ target, running: held, catalog: survey.catalog, state })
    : undefined;
  // What runs was never asked by these, and of a release that stays they ask nothing.
  const still =
    unasked.length === 0
      ? []
      : askGuards({ ...known, direction: "forward" }).refusals.filter(({ guard }) =>
          unasked.some((name) => name === guard),
        );
  const glass = breakThrough({
    ...{ stack, setting, refusals, gates: question.gates, now },
    fingerprint: rest.risk?.report.fingerprint,
    acknowledge: question.acknowledge,
  });
  const owed = assessOwed({
    ...{
      stack,
      state,
      target: target.tag,
      breakGlass: glass.breakGlass,
      set: setting !== undefined,
      still,
      now,
    },
    servicesStayStopped: rest.stepDown?.servicesStayStopped === true,
  });
  const goBack = goBackFrom({
    ...{ stack, target: target.tag, knownGood, shunned, rolledBackFrom: quarantine.rolledBackFrom },
    order: survey.catalog.releases.map(({ tag }) => tag),
    verdicts: rest.risk?.report.horizon.verdicts ?? {},
    allowed: question.guards.schema,
    steppedDownFirst: (tag) => steppedDownFirst(findRelease(survey.catalog, tag), rest, evidence.schema),
  });
  return {
    target,
    running,
    direction,
    ...(byHand.adopted && {
      adopted: byHand.services,
      beforeHand: { running: held, direction: sinceState },
    }),
    services: services.flatMap((service) => moveOf(service, target, running)),
    ...withoutBrokenBackup(rest, glass.breakGlass),
    quarantine: { memory, left },
    ...(drill && { drill }),
    ...(shunned.has(target.tag) && { targetShunned: true }),
    ...(glass.breakGlass && { breakGlass: glass.breakGlass }),
    ...(owed && { owed }),
    ...(flags && { flags }),
    knownGood,
    lastKnownGood: lastKnownGood(
      knownGood.filter(({ tag }) => !shunned.has(tag)),
      target.tag,
    ),
    ...(goBack && { goBack }),
    warnings: [
      ...owedWarnings(owed, still),
      ...glass.warnings,
      ...warnings,
      ...(flags ? flagWarnings(flags) : []),
    ],
    refusals: glass.refusals,
  };
}

interface GuardQuestion extends AssessmentQuestion {
  running: Running;
  direction: Direction;
  /** What the state holds, and the direction from there. */
  held: Running;
  sinceState: Direction;
  /** What is said of what was done by hand. */
  handWords: ReturnType<typeof byHandWords>;
  knownGood: readonly KnownGood[];
  /** Guards that the release came up past and that runs. */
  unasked: readonly Breakable[];
}

type AskedGuards = Pick<Assessment, "schema" | "risk" | "stepDown" | "disk" | "warnings" | "refusals"> & {
  quarantine: AssessedQuarantine;
};

/** Every guard, as far as the direction lets it speak. */
function askGuards(question: GuardQuestion): AskedGuards {
  const { stack, target, services, survey, evidence, running, direction, knownGood, retry, handWords } =
    question;
  const mistakes = catalogMistakes(survey, restedOn(target, running, knownGood), direction);
  const { unknown } = question.guards.ci;
  const askCi = (way: Direction) =>
    ciGuard({ stack, target: target.tag, direction: way, ci: evidence.ci, unknown, retry });
  const ci = askCi(direction);
  const quarantine = assessQuarantine({
    ...question,
    running: question.held,
    drills: question.drill !== undefined,
    retry,
    retriedForCi: ci.retried || (question.unasked.includes("ci") && askCi("forward").retried),
    retriable: direction === "forward" || question.unasked.includes("quarantine"),
  });
  const { warnings, refusals, ...schema } = assessSchema(question);
  const { risk } = schema;
  const reviewed = reviewedRefusals({
    ...{ stack, target: target.tag, reviewed: question.reviewed },
    fingerprint: boundFingerprint({ target, ...(risk && { risk }) }),
    changes: risk && changesSince(evidence.proposed, risk.report),
    settled: isSettled({
      direction,
      services: services.flatMap((service) => moveOf(service, target, running)),
      ...schema,
    }),
  });
  const disk = diskGuard({
    stack,
    target: target.tag,
    direction,
    disk: evidence.disk,
    limit: question.guards.disk.limit,
    backup: schema.schema?.backup,
  });
  return {
    ...schema,
    ...(disk.text !== undefined && { disk: disk.text }),
    quarantine,
    warnings: [
      ...handWords.warnings,
      ...worldWarnings(evidence, direction),
      ...mistakes.warnings,
      ...quarantine.warnings,
      ...wayBackWarnings(evidence.wayBack, quarantine.shunned),
      ...ci.warnings,
      ...disk.warnings,
      ...warnings,
    ],
    refusals: [
      ...refusedBy("hold", holdRefusals(question)),
      ...refusedBy("reviewed", reviewed),
      ...refusedBy("byHand", handWords.refusals),
      ...refusedBy("quarantine", quarantine.refusals),
      ...refusedBy("ci", ci.refusals),
      ...refusedBy("catalog", mistakes.refusals),
      ...obstacles(target, services, evidence, direction),
      ...refusedBy("disk", disk.refusals),
      ...refusals,
    ],
  };
}

/** A backup that can't be made, and that a person has answered for, is not tried. */
function withoutBrokenBackup<Part extends Pick<Assessment, "schema">>(
  part: Part,
  breakGlass: BrokenGlass | undefined,
): Part {
  if (part.schema === undefined || !goesWithout(breakGlass, "backup")) return part;
  const schema = { ...part.schema };
  delete schema.backup;
  return { ...part, schema };
}

function restedOn({ tag }: Release, running: Running, knownGood: readonly KnownGood[]) {
  return {
    target: tag,
    running: running.services.map((service) => service.tag),
    knownGood: knownGood.map((good) => good.tag),
  };
}

function moveOf(service: string, target: Release, running: Running): ServiceMove[] {
  const image = target.services[service];
  if (image === undefined) return [];
  const now = running.services.find((candidate) => candidate.service === service);
  const from = now && { tag: now.tag, digest: now.digest, createdAs: now.createdAs };
  return [{ service, from, to: { tag: target.tag, digest: image.digest } }];
}

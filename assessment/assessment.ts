import type { CatalogSurvey } from "../catalog/catalog";
import type { Migration, Release } from "../catalog/release";
import { knownGoodFrom, lastKnownGood, type KnownGood } from "../history/knownGood";
import type { RecordedSchema } from "../history/recordedSchema";
import { directionOf, runningFrom, type Direction, type Running } from "../history/running";
import type { SchemaPlan } from "../schema/schemaPlan";
import type { StepDown } from "../schema/stepDown/stepDown";
import type { Verdict } from "../schema/verdict";
import type { Settings } from "../settings/settings";
import type { BackupPlan } from "./backupPlan";
import { catalogMistakes } from "./catalogMistakes";
import { ciGuard } from "./ciGuard";
import type { Evidence } from "./evidence";
import { holdRefusals } from "./hold";
import { assessQuarantine, type AssessedQuarantine } from "./quarantine";
import { obstacles, worldWarnings } from "./obstacles";
import { refusedBy, type Refusal } from "./refusal";
import { assessSchema } from "./schemaAssessment";
import type { SchemaRisk } from "./schemaRisk";
import { wayBackWarnings } from "./wayBack";

/** What an `up` would do and what speaks against it, decided before anything is touched. */
export interface Assessment {
  target: Release;
  running: Running;
  direction: Direction;
  services: readonly ServiceMove[];
  /** Undefined for a stack without a database. */
  schema: AssessedSchema | undefined;
  /** What the schema means for the target and for the releases before it; undefined for a stack without a database. */
  risk?: SchemaRisk;
  /** Undefined where the setting asks for none. */
  stepDown?: AssessedStepDown;
  quarantine: Pick<AssessedQuarantine, "memory" | "left">;
  knownGood: readonly KnownGood[];
  /** The newest known-good release that is not the target, and not quarantined. */
  lastKnownGood: KnownGood | undefined;
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
  guards: { schema: Verdict; horizon: boolean; ci: { unknown: "warn" | "refuse" } };
  /** The fingerprint that was acknowledged, where one was. */
  acknowledge?: string;
  /** The version that the setting `stepDown` names. */
  stepDown?: string;
  /** Why nothing may be deployed, where the setting says so. */
  hold?: string;
  quarantine: Settings["quarantine"];
  retry?: Settings["retry"];
  /** ISO 8601, UTC. */
  now: string;
  evidence: Evidence;
}

/** Decides from evidence alone. */
export function assess(question: AssessmentQuestion): Assessment {
  const { target, services, survey, evidence } = question;
  const running = runningFrom(evidence.state, survey.catalog);
  const knownGood = knownGoodFrom(evidence.state);
  const direction = directionOf(target, running, evidence.state, survey.catalog);
  const mistakes = catalogMistakes(survey, restedOn(target, running, knownGood), direction);
  const { unknown } = question.guards.ci;
  const { stack, retry } = question;
  const ci = ciGuard({ stack, target: target.tag, direction, ci: evidence.ci, unknown, retry });
  const quarantine = assessQuarantine({
    ...question,
    retry,
    retriedForCi: ci.retried,
    running,
    direction,
    knownGood,
  });
  const { memory, left, shunned } = quarantine;
  const { warnings, refusals, ...schema } = assessSchema({ ...question, running, direction, knownGood });
  return {
    target,
    running,
    direction,
    services: services.flatMap((service) => moveOf(service, target, running)),
    ...schema,
    quarantine: { memory, left },
    knownGood,
    lastKnownGood: lastKnownGood(
      knownGood.filter(({ tag }) => !shunned.has(tag)),
      target.tag,
    ),
    warnings: [
      ...worldWarnings(evidence),
      ...mistakes.warnings,
      ...quarantine.warnings,
      ...wayBackWarnings(evidence.wayBack, shunned),
      ...ci.warnings,
      ...warnings,
    ],
    refusals: [
      ...refusedBy("hold", holdRefusals(question)),
      ...refusedBy("quarantine", quarantine.refusals),
      ...refusedBy("ci", ci.refusals),
      ...refusedBy("catalog", mistakes.refusals),
      ...obstacles(target, services, evidence),
      ...refusals,
    ],
  };
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

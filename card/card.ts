import { findRelease, type Catalog } from "../catalog/catalog";
import { flagsAround } from "../catalog/flagsAround";
import type { Release } from "../catalog/release";
import type { Assessment, AssessedSchema } from "../assessment/assessment";
import { advise } from "../schema/advice";
import { isPast, type Verdict } from "../schema/verdict";
import type { Settings } from "../settings/settings";
import { hostedCardScript, type HostedCard } from "./hostedScript";
import { cardScript, type CardFlag, type CardSchema, type CardScript } from "./script";

/** The commands that bring a release back without Pulumi. */
export interface Card {
  /** Tag of the release. */
  release: string;
  /** POSIX sh; there is no secret in it. */
  script: string;
}

/** What an `up` that ended well leaves for when Pulumi can't be used. */
export interface Cards {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** Of the last known-good release; undefined where there is none, or the catalog does not have it. */
  lastKnownGood?: Card;
  /** Of the release that runs, for when its containers are lost; undefined where its services were left stopped. */
  present?: Card;
}

/** The engine that a stack runs on. */
export interface CardEngine {
  /** Value of DOCKER_HOST; undefined for what `docker` itself would use. */
  host: string | undefined;
  /** What the engine calls itself; undefined where it did not say. */
  id: string | undefined;
}

export interface CardQuestion {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** What the names of containers, volumes and the network begin with. */
  prefix: string;
  settings: Settings;
  assessment: Assessment;
  catalog: Catalog;
  engine: CardEngine;
  /** Brings a release's services back on their target; undefined where they are the stack's own containers. */
  hosted?: (release: Release) => HostedCard;
}

/** The cards of a stack, once an `up` has ended well. They say the same as long as nothing changes. */
export function cardsOf(question: CardQuestion): Cards {
  const { stack, assessment, catalog } = question;
  const { target, lastKnownGood, stepDown } = assessment;
  const before = lastKnownGood && findRelease(catalog, lastKnownGood.tag);
  const stopped = stepDown?.active === true && stepDown.servicesStayStopped;
  return {
    stack,
    ...(before && { lastKnownGood: cardOf(before, question) }),
    ...(!stopped && { present: cardOf(target, question) }),
  };
}

function cardOf(release: Release, question: CardQuestion): Card {
  const { settings, assessment } = question;
  const good = assessment.knownGood.find(({ tag }) => tag === release.tag);
  const own = release.tag === assessment.target.tag;
  const card: CardScript = {
    ...question,
    release,
    running: assessment.target.tag,
    // The present release's gates have passed in this very `up`, or in one before it.
    passedAt: own ? undefined : good?.passedAt,
    flags: flagsOff(release, question),
    schema: schemaFor(release.tag, settings.guards.schema, question),
  };
  return {
    release: release.tag,
    script: question.hosted ? hostedCardScript(card, question.hosted(release)) : cardScript(card),
  };
}

/** Those that the present release runs with, and the other must not. */
function flagsOff({ tag }: Release, { assessment, catalog }: CardQuestion): CardFlag[] {
  const { newer, foreign } = flagsAround(catalog.releases, tag, assessment.target.tag);
  return [...foreign].sort().map((flag) => ({
    flag,
    releases: newer.filter(({ flags }) => flags.includes(flag)).map((release) => release.tag),
  }));
}

/** What the schema, left as it is, means for a release's code. */
function schemaFor(tag: string, allowed: Verdict, { assessment }: CardQuestion): CardSchema | undefined {
  const { schema, risk, target, stepDown } = assessment;
  if (schema === undefined) return undefined;
  const verdict = risk?.report.horizon.verdicts[tag] ?? "unknown";
  const head = stepDown?.active === true ? headWithout(stepDown.version, schema) : schema.head;
  const past = verdict !== "unknown" && isPast(verdict, allowed);
  // What runs on it already has been accepted, and its gates have passed.
  if (verdict === "unknown" || !past || tag === target.tag) return { head, verdict };
  const { lines } = advise({ verdict, confirmed: true, gapLength: 1, flags: [], stepDown: undefined });
  return { head, verdict, instead: lines[0] ?? "" };
}

/** The newest migration once one, which is the newest that is applied, is taken back. */
function headWithout(version: string, { head, applied }: AssessedSchema): string | undefined {
  return head === version ? applied.filter((other) => other !== version).at(-1) : head;
}

import { findRelease, type CatalogSurvey } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import type { KnownGood } from "../history/knownGood";
import {
  afterDeployment,
  memoryFrom,
  quarantineCause,
  withFailures,
  type Deployment,
  type QuarantineCause,
  type QuarantineMemory,
} from "../history/quarantine";
import { releasesLeft, type Direction, type Running } from "../history/running";
import type { Settings } from "../settings/settings";
import type { Evidence } from "./evidence";

export interface QuarantineQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  target: Release;
  direction: Direction;
  /** The direction from what the state holds: another one where what was done by hand is adopted. */
  sinceState: Direction;
  /** What the state holds. */
  running: Running;
  knownGood: readonly KnownGood[];
  survey: CatalogSurvey;
  evidence: Pick<Evidence, "state" | "failedGates">;
  /** Releases and images that the settings name. */
  quarantine: Settings["quarantine"];
  retry: Settings["retry"];
  /** Whether `retry` lets the target go on that CI did not let pass. */
  retriedForCi: boolean;
  /** Whether `retry` has a say: on the way forward, and for a release that came up past its quarantine. */
  retriable: boolean;
  /** Whether it is a part of a drill, which leaves no release for good: nothing is remembered of it. @default false */
  drills?: boolean;
  /** ISO 8601, UTC. */
  now: string;
}

export interface AssessedQuarantine {
  /** What the stack remembers once the `up` gets as far as its containers. */
  memory: QuarantineMemory;
  /** Releases that are quarantined by this `up`, as it leaves them for an older one. */
  left: readonly string[];
  /** Known-good releases that are quarantined, now or by this `up`. */
  shunned: ReadonlySet<string>;
  /** Of these, what the stack was only rolled back from: with which reason each was tried again last. */
  rolledBackFrom: ReadonlyMap<string, string | undefined>;
  warnings: readonly string[];
  refusals: readonly string[];
}

/** Why a release is quarantined: by what happened here, or by the setting at an index. */
type Cause = QuarantineCause | { index: number; reason: string; image?: string };

/** Whether the target is one that must not come back by itself, and what is remembered of those that are left. */
export function assessQuarantine(question: QuarantineQuestion): AssessedQuarantine {
  const { target, direction, sinceState, running, knownGood, evidence, retry, now } = question;
  const { catalog } = question.survey;
  const left = sinceState === "same" ? [] : releasesLeft(evidence.state, running, target, catalog);
  const memory = withFailures(memoryFrom(evidence.state), evidence.failedGates, knownGood, catalog);
  const cause = causeOf(target, memory, question);
  const again = isRetried(cause, question);
  const deployment: Deployment = {
    target,
    direction: sinceState,
    left,
    knownGood,
    catalog,
    retry: again ? retry?.reason : undefined,
    now,
  };
  const after = question.drills === true ? memory : afterDeployment(memory, deployment);
  const shunned = knownGood
    .flatMap(({ tag }) => findRelease(catalog, tag) ?? [])
    .flatMap((release) => {
      const own = causeOf(release, after, question);
      return own === undefined ? [] : [{ tag: release.tag, own }];
    });
  return {
    memory: after,
    left: after.bad.filter(({ rolledBackAt }) => rolledBackAt === now).map(({ tag }) => tag),
    shunned: new Set(shunned.map(({ tag }) => tag)),
    rolledBackFrom: new Map(
      shunned.flatMap(({ tag, own }): [string, string | undefined][] =>
        "why" in own && own.why === "rolled back" ? [[tag, own.retriedFor]] : [],
      ),
    ),
    warnings: [...warningsOf(cause, again, question), ...idleRetry(cause, question)],
    refusals: cause !== undefined && direction === "forward" && !again ? [refusal(cause, question)] : [],
  };
}

/** What a person wrote comes before what was seen. */
export function causeOf(
  release: Release,
  memory: QuarantineMemory,
  { quarantine, knownGood }: Pick<QuarantineQuestion, "quarantine" | "knownGood">,
): Cause | undefined {
  for (const [index, { tag, digest, reason }] of quarantine.entries()) {
    if (tag === release.tag) return { index, reason };
    const image = Object.entries(release.services).find(([, own]) => own.digest === digest);
    if (image !== undefined) return { index, reason, image: image[0] };
  }
  return quarantineCause(memory, release, knownGood);
}

/** A reason is good for one try: what was bad again after it needs another. */
function isRetried(cause: Cause | undefined, { target, retriable, retry }: QuarantineQuestion): boolean {
  return (
    retriable &&
    cause !== undefined &&
    "why" in cause &&
    retry?.tag === target.tag &&
    retry.reason !== cause.retriedFor
  );
}

function warningsOf(
  cause: Cause | undefined,
  again: boolean,
  { target, direction, retry }: QuarantineQuestion,
): string[] {
  if (cause === undefined) return [];
  const told = causeText(target, cause);
  if (again) return [`${told}. It is tried again: ${retry?.reason ?? ""}`];
  if (direction === "rollback") return [`${told}. On the way back this is a warning only.`];
  return direction === "same" ? [`${told}. It runs already, so this is a warning only.`] : [];
}

/** A setting that has nothing to do is told, since somebody meant something by it. */
function idleRetry(
  cause: Cause | undefined,
  { target, retriable, retry, retriedForCi, stack }: QuarantineQuestion,
): string[] {
  const serves = (retriable && cause !== undefined) || retriedForCi;
  if (retry === undefined || (serves && retry.tag === target.tag)) return [];
  return [
    `The setting retry (${retry.tag}) does nothing here: it lets a stack go forward to a release that is quarantined, or that CI did not let pass. ` +
      `To remove it: pulumi config rm retry --stack ${stack}`,
  ];
}

function refusal(cause: Cause, { target, retry, stack }: QuarantineQuestion): string {
  const told = `${causeText(target, cause)}.`;
  if (!("why" in cause))
    return `${told}\nIf it may run after all: pulumi config rm --path 'quarantine[${cause.index}]' --stack ${stack}`;
  const used =
    retry?.tag === target.tag
      ? [`The reason in the setting retry has served for one try already: ${retry.reason}`]
      : [];
  const how = used.length === 0 ? "" : ", with another reason";
  return [
    `${told} What mends it is a newer release.`,
    ...used,
    `To try ${target.tag} again all the same${how}: pulumi config set retry '{"tag": "${target.tag}", "reason": "WHY"}' --stack ${stack}`,
  ].join("\n");
}

function causeText({ tag }: Release, cause: Cause): string {
  if (!("why" in cause)) {
    const image = cause.image === undefined ? "" : `, for its image of ${cause.image}`;
    return `${tag} is quarantined by the settings${image}: ${cause.reason.replace(/\.$/, "")}`;
  }
  const own = cause.tag === tag;
  switch (cause.why) {
    case "rolled back":
      return own
        ? `${tag} is quarantined: the stack was rolled back from it at ${cause.since}`
        : `${tag} is quarantined: it has exactly the images of ${cause.tag}, from which the stack was rolled back at ${cause.since}`;
    case "failed":
      return own
        ? `${tag} is quarantined: its gates failed at ${cause.since}`
        : `${tag} is quarantined: it has exactly the images of ${cause.tag}, whose gates failed at ${cause.since}`;
  }
}

import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import type { KnownGood } from "./knownGood";
import type { Direction } from "./running";
import type { StackState } from "./stackState";

export const quarantineType = "knowngood:index:Quarantine";

/** What the stack remembers of a release that was bad here. Times are ISO 8601, UTC. */
export interface BadRelease {
  tag: string;
  /** Its images, sorted; undefined where a good release has exactly the same. */
  digests?: readonly string[];
  /** When a gate failed on the way forward to it. */
  failedAt?: string;
  /** When the stack left it for an older release. */
  rolledBackAt?: string;
  /** When and why it was tried again. */
  retried?: { reason: string; at: string };
}

/** What outlives every `up`, failed ones too. */
export interface QuarantineMemory {
  bad: readonly BadRelease[];
  /** The newest change of release that got as far as its containers. */
  move?: { to: string; direction: "forward" | "rollback"; at: string };
}

/** A gate that failed, as its record says. */
export interface FailedGate {
  release: string;
  endedAt: string;
}

/** Why a release is quarantined, since when. */
export interface QuarantineCause {
  /** The release that it was; another one than asked for where both have the same images. */
  tag: string;
  why: "failed" | "rolled back";
  since: string;
  /** The reason with which it was tried again before that. */
  retriedFor?: string;
}

/** How many bad releases the state remembers; the oldest are forgotten. */
const remembered = 200;

/** What the state remembers; nothing before the first `up`. */
export function memoryFrom({ resources }: StackState): QuarantineMemory {
  const outputs = resources.find(({ type }) => type === quarantineType)?.outputs;
  const memory = outputs?.memory as Partial<QuarantineMemory> | undefined;
  return {
    bad: Array.isArray(memory?.bad) ? memory.bad : [],
    ...(memory?.move !== undefined && { move: memory.move }),
  };
}

/** What is remembered once the newest forward failure is, too. */
export function withFailures(
  memory: QuarantineMemory,
  failures: readonly FailedGate[],
  knownGood: readonly KnownGood[],
  catalog: Catalog,
): QuarantineMemory {
  const failure = forwardFailure(memory, failures, knownGood);
  if (failure === undefined) return memory;
  const { tag, failedAt } = failure;
  return withBad(memory, tag, { failedAt }, digestsUnlessGood(tag, knownGood, catalog));
}

/** A gate's failure counts while the newest change went forward to its release, and it has not been good since. */
export function forwardFailure(
  { move }: QuarantineMemory,
  failures: readonly FailedGate[],
  knownGood: readonly KnownGood[],
): { tag: string; failedAt: string } | undefined {
  if (move?.direction !== "forward" || wasGoodSince(move, knownGood)) return undefined;
  const failedAt = failures
    .filter(({ release, endedAt }) => release === move.to && endedAt >= move.at)
    .map(({ endedAt }) => endedAt)
    .sort()
    .at(-1);
  return failedAt === undefined ? undefined : { tag: move.to, failedAt };
}

function wasGoodSince(
  { to, at }: NonNullable<QuarantineMemory["move"]>,
  knownGood: readonly KnownGood[],
): boolean {
  const good = knownGood.find(({ tag }) => tag === to);
  return good !== undefined && good.passedAt >= at;
}

export interface Deployment {
  target: Release;
  direction: Direction;
  /** What `releasesLeft` says. */
  left: readonly string[];
  knownGood: readonly KnownGood[];
  catalog: Catalog;
  /** Why the target is tried again; undefined where it is not. */
  retry: string | undefined;
  /** ISO 8601, UTC. */
  now: string;
}

/** What is remembered once an `up` gets as far as its containers. */
export function afterDeployment(memory: QuarantineMemory, deployment: Deployment): QuarantineMemory {
  const { target, direction, left, knownGood, catalog, retry, now } = deployment;
  let next = memory;
  if (direction !== "same") {
    const { move } = memory;
    // One that has come to its end does not go on: what fails now is another way to the same release.
    const goesOn = move?.to === target.tag && move.direction === direction && !wasGoodSince(move, knownGood);
    next = { ...memory, move: goesOn ? move : { to: target.tag, direction, at: now } };
  }
  if (direction === "rollback") {
    const good = [{ tag: target.tag }, ...knownGood.filter(({ tag }) => !left.includes(tag))];
    for (const tag of left) {
      if (
        openCause(
          next.bad.find((bad) => bad.tag === tag),
          [],
        )?.why === "rolled back"
      )
        continue;
      next = withBad(next, tag, { rolledBackAt: now }, digestsUnlessGood(tag, good, catalog));
    }
  }
  if (retry === undefined) return next;
  const retried = { reason: retry, at: now };
  return { ...next, bad: next.bad.map((bad) => (concerns(bad, target) ? { ...bad, retried } : bad)) };
}

/** Why a release is quarantined by what the stack remembers; undefined where it is not. */
export function quarantineCause(
  { bad }: QuarantineMemory,
  release: Release,
  knownGood: readonly KnownGood[],
): QuarantineCause | undefined {
  const causes = bad
    .filter((candidate) => concerns(candidate, release))
    .flatMap((candidate) => openCause(candidate, knownGood) ?? []);
  return causes.find(({ tag }) => tag === release.tag) ?? causes[0];
}

/** Gates that passed since prove a failed one wrong; that the stack left a release is lifted by a retry alone. */
function openCause(
  bad: BadRelease | undefined,
  knownGood: readonly KnownGood[],
): QuarantineCause | undefined {
  if (bad === undefined) return undefined;
  const { tag, failedAt, rolledBackAt, retried } = bad;
  const since = (time: string | undefined, ...lifted: (string | undefined)[]) =>
    time !== undefined && lifted.every((at) => at === undefined || at < time) ? time : undefined;
  const before = retried === undefined ? {} : { retriedFor: retried.reason };
  const left = since(rolledBackAt, retried?.at);
  if (left !== undefined) return { tag, why: "rolled back", since: left, ...before };
  const passed = knownGood.find((good) => good.tag === tag)?.passedAt;
  const failed = since(failedAt, retried?.at, passed);
  return failed === undefined ? undefined : { tag, why: "failed", since: failed, ...before };
}

function concerns({ tag, digests }: BadRelease, release: Release): boolean {
  return tag === release.tag || (digests !== undefined && sameItems(digests, digestsOf(release)));
}

function withBad(
  memory: QuarantineMemory,
  tag: string,
  event: Pick<BadRelease, "failedAt" | "rolledBackAt">,
  digests: readonly string[] | undefined,
): QuarantineMemory {
  const before = memory.bad.find((bad) => bad.tag === tag);
  const bad: BadRelease = { ...before, tag, ...event, digests };
  if (digests === undefined) delete bad.digests;
  return { ...memory, bad: [bad, ...memory.bad.filter((other) => other !== before)].slice(0, remembered) };
}

/** Two releases can differ in migrations or settings alone: then the images are not what is bad. */
function digestsUnlessGood(
  tag: string,
  good: readonly { tag: string }[],
  { releases }: Catalog,
): readonly string[] | undefined {
  const own = releases.find((release) => release.tag === tag);
  if (own === undefined) return undefined;
  const digests = digestsOf(own);
  const tags = new Set(good.map((release) => release.tag).filter((other) => other !== tag));
  const shared = releases.some((release) => tags.has(release.tag) && sameItems(digestsOf(release), digests));
  return shared ? undefined : digests;
}

function digestsOf({ services }: Release): string[] {
  return [...new Set(Object.values(services).map(({ digest }) => digest))].sort();
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

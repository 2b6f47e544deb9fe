import { forwardFailure, memoryFrom, type FailedGate } from "./quarantine";
import type { StackState } from "./stackState";

/** A release whose `up` succeeded with every gate passed, as the stack's state remembers it. */
export interface KnownGood {
  tag: string;
  /** When the last of its gates passed, ISO 8601, UTC. */
  passedAt: string;
}

/** Holds the list where the user's own program deploys. */
export const deployedReleaseType = "knowngood:index:DeployedRelease";

/** How many known-good releases the state remembers. */
const remembered = 20;

/**
 * The known-good releases of a stack, newest first. Those that the state lists are one output, of what the user's own
 * program deployed, which may name an output of its stack as it likes, else of the stack. It depends on every gate, so a
 * failed update leaves them as they were. A release of which a gate failed since, on the way forward to it, is not among them; an outage, a gate that broke or saw too little, and a failure on the way back take nothing from it.
 * @param failures gates that failed and that the state may not remember yet: `newestFailures`; of none, a release may seem good that is not
 */
export function knownGoodFrom(state: StackState, failures: readonly FailedGate[]): KnownGood[] {
  const list = listedIn(state);
  const memory = memoryFrom(state);
  const newest = forwardFailure(memory, failures, list);
  const failedAfter = (tag: string, time: string) =>
    [...memory.bad, ...(newest === undefined ? [] : [newest])].some(
      (bad) => bad.tag === tag && bad.failedAt !== undefined && bad.failedAt > time,
    );
  return list.filter(({ tag, passedAt }) => !failedAfter(tag, passedAt));
}

function listedIn({ resources }: StackState): KnownGood[] {
  const lists = [deployedReleaseType, "pulumi:pulumi:Stack"].map(
    (holder) => resources.find(({ type }) => type === holder)?.outputs?.knownGood,
  );
  const list = lists.find((one) => Array.isArray(one)) as unknown[] | undefined;
  return list?.filter(isKnownGood) ?? [];
}

/** The newest known-good release that is not the one to leave. */
export function lastKnownGood(list: readonly KnownGood[], leaving: string): KnownGood | undefined {
  return list.find(({ tag }) => tag !== leaving);
}

/** The list after a release has passed its gates: it comes first, and is there once. */
export function withKnownGood(list: readonly KnownGood[], passed: KnownGood): KnownGood[] {
  return [passed, ...list.filter(({ tag }) => tag !== passed.tag)].slice(0, remembered);
}

function isKnownGood(value: unknown): value is KnownGood {
  const candidate = value as Partial<KnownGood> | null;
  return typeof candidate?.tag === "string" && typeof candidate.passedAt === "string";
}

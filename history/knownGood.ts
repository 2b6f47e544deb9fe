import type { StackState } from "./stackState";

/** A release whose `up` succeeded with every gate passed, as the stack's state remembers it. */
export interface KnownGood {
  tag: string;
  /** When the last of its gates passed, ISO 8601, UTC. */
  passedAt: string;
}

/** How many known-good releases the state remembers. */
const remembered = 20;

/**
 * The known-good releases in the state, newest first. They are one stack output that depends on every gate, so a failed
 * update leaves them as they were.
 */
export function knownGoodFrom(state: StackState): KnownGood[] {
  const list = state.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.knownGood;
  return Array.isArray(list) ? list.filter(isKnownGood) : [];
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

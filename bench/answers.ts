/** One request of the client and how it ended; times in milliseconds of one clock. */
export interface Answer {
  sentAt: number;
  endedAt: number;
  /** Whether the whole answer came, with status 200. */
  healthy: boolean;
}

/** What a client met while a release was replaced. */
export interface Availability {
  requests: number;
  failed: number;
  /** Seconds between the last healthy answer before a failure and the first one after it, over all failures. */
  secondsWithout: number;
}

/**
 * Counts what the client's requests met. A failure that never ends counts until the last answer of any kind; one at the
 * very start counts from the first request.
 * @param answers in any order
 */
export function availability(answers: readonly Answer[]): Availability {
  const failures = answers.filter(({ healthy }) => !healthy);
  return {
    requests: answers.length,
    failed: failures.length,
    secondsWithout: outages(answers, failures).reduce((sum, { from, to }) => sum + (to - from), 0) / 1000,
  };
}

interface Span {
  from: number;
  to: number;
}

/** The spans without a healthy answer round each failed request, overlapping ones joined. */
function outages(answers: readonly Answer[], failures: readonly Answer[]): Span[] {
  const healthy = answers.filter((answer) => answer.healthy).sort((a, b) => a.endedAt - b.endedAt);
  const first = Math.min(...answers.map(({ sentAt }) => sentAt));
  const last = Math.max(...answers.map(({ endedAt }) => endedAt));
  const spans = failures.map(({ sentAt }) => ({
    from: healthy.findLast(({ endedAt }) => endedAt <= sentAt)?.endedAt ?? first,
    // Only a later request proves that the service is back: an earlier one may end after this one was refused.
    to: healthy.find((answer) => answer.sentAt > sentAt)?.endedAt ?? last,
  }));
  return spans
    .sort((a, b) => a.from - b.from)
    .reduce<Span[]>((joined, span) => {
      const before = joined.at(-1);
      if (before !== undefined && span.from <= before.to) before.to = Math.max(before.to, span.to);
      else joined.push({ ...span });
      return joined;
    }, []);
}

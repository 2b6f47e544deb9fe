import type { ReleaseRecord } from "../../records/releaseRecord";

const release = (tag: string) => ({
  tag,
  services: { api: { tag, digest: `sha256:${tag.at(-1)?.repeat(64)}` } },
});

/** A record of a test: times are the minutes of one hour. */
export function record(
  id: string,
  [direction, from, to]: [ReleaseRecord["direction"], string, string],
  minute: number,
  more: Partial<ReleaseRecord> = {},
  stack = "shop/prod",
): ReleaseRecord {
  const at = (seconds: number) => new Date(Date.UTC(2026, 2, 1, 9, minute, seconds)).toISOString();
  return {
    id,
    stack,
    direction,
    from: release(from),
    to: release(to),
    by: { name: "bo", host: "secret-host" },
    startedAt: at(0),
    outcome: "passed",
    gates: [],
    endedAt: at(30),
    seconds: 30,
    ...(direction === "rollback" && { postmortem: true }),
    ...more,
  };
}

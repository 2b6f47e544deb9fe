import type { Drill } from "../../drills/drill";

/** A drill that passed, with what a test has to say of it. */
export function drillOf(own: Partial<Drill> = {}): Drill {
  return {
    id: "20261101T100000.000Z-0a0a0a0a",
    stack: "shop/test",
    release: "v3",
    by: { name: "anna", host: "desk" },
    startedAt: "2026-11-01T10:00:00.000Z",
    endedAt: "2026-11-01T10:01:00.000Z",
    outcome: "passed",
    found: [],
    returned: true,
    probe: { service: "api", url: "http://127.0.0.1:8080/health" },
    ...own,
  };
}

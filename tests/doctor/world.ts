import { join } from "node:path";
import { TimeLimit } from "../../assessment/timeLimit";
import type { Release } from "../../catalog/release";
import type { World } from "../../doctor/world";
import type { settingsOf } from "../settings/stack";
import { NoStackSelected } from "../../stack/stackSettings";

/** Seconds that real parts have, also on a busy machine. */
const patience = 60;

/** What a check looks at, in which nothing is known but what the test says. */
export function worldWith(known: {
  settings?: ReturnType<typeof settingsOf>;
  secrets?: Readonly<Record<string, string>>;
  target?: Release;
  environment?: NodeJS.ProcessEnv;
  folder?: string;
  /** Seconds for everything. */
  within?: number;
}): World {
  const { settings, secrets, target, within = patience } = known;
  return {
    environment: { ...process.env, ...known.environment },
    folder: known.folder ?? process.cwd(),
    own: join(__dirname, "..", ".."),
    connectWithin: Math.min(3, within),
    limit: new TimeLimit(within),
    pulumi: () => Promise.reject(new Error("there is no pulumi on PATH")),
    stack: given(settings && { stack: "prod", label: "knowngood/prod", settings }),
    secrets: given(secrets && new Map(Object.entries(secrets))),
    target: given(target),
  };
}

function given<Value>(value: Value | undefined): Promise<Value> {
  const promise = value === undefined ? Promise.reject(new NoStackSelected()) : Promise.resolve(value);
  promise.catch(() => undefined);
  return promise;
}

/** A release of these images. */
export function releaseOf(services: Release["services"]): Release {
  return { tag: "v1", time: "2026-03-01T09:00:00.000Z", order: 1, services, migrations: [], flags: [] };
}

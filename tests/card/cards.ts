import type { Assessment } from "../../assessment/assessment";
import { cardsOf, type CardQuestion, type Cards } from "../../card/card";
import type { Verdict } from "../../schema/verdict";
import { catalogOf, release } from "../history/states";
import { settingsOf } from "../settings/stack";

export const v1 = { ...release("v1", 1, { api: "a", worker: "1" }), flags: ["search"] };
export const v2 = { ...release("v2", 2, { api: "b", worker: "2" }), flags: ["search", "basket"] };

export const services = {
  api: {
    ports: [
      { container: 80, host: 8080 },
      { container: 53, host: 5353, address: "::1", protocol: "udp" },
    ],
    env: { MODE: "fast", MOTTO: "it's $HOME" },
    secrets: { TOKEN: "apiToken", DATABASE_URL: "databaseUrl" },
    volumes: [
      { volume: "uploads", container: "/data" },
      { host: "/srv/my files", container: "/files", readOnly: true },
    ],
    networks: ["shared"],
    health: { path: "/health?deep=1&fast", status: [200, 204], headers: { Accept: "text/html; q=1" } },
  },
  worker: {
    kind: "worker",
    entrypoint: ["/bin/sh", "-c"],
    command: ["exec work 'now'"],
    user: "1000:1000",
    cpus: 0.5,
    memoryMiB: 64,
    readOnly: true,
    init: false,
    restart: "on-failure",
    stopSignal: "SIGINT",
    stopGraceSeconds: 30,
    secrets: { DATABASE_URL: "databaseUrl" },
  },
};
const secrets = { apiToken: "hunter2", databaseUrl: "postgres://hunter3" };

/** A stack at v2 that was at v1 before. */
export function cards(
  more: Record<string, unknown> = {},
  own: Partial<Assessment> = {},
  rest: Partial<CardQuestion> = {},
): Cards {
  const knownGood = [
    { tag: "v2", passedAt: "2026-02-02T00:00:00.000Z" },
    { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
  ];
  return cardsOf({
    stack: "shop/prod",
    prefix: "shop-prod",
    settings: settingsOf({ imageTag: "v2", services, volumes: { uploads: {} }, ...more }, secrets),
    assessment: {
      target: v2,
      running: { services: [], tag: "v2" },
      direction: "same",
      services: [],
      schema: undefined,
      quarantine: { memory: { bad: [] }, left: [] },
      knownGood,
      lastKnownGood: knownGood[1],
      warnings: [],
      refusals: [],
      ...own,
    },
    catalog: catalogOf(v1, v2),
    engine: { host: "unix:///run/docker.sock", id: "ABCD:EFGH" },
    ...rest,
  });
}

/** What an assessment says of a schema on which v1 meets this. */
export function meeting(verdict: Verdict | "unknown"): Partial<Assessment> {
  return {
    schema: { pending: [], gap: [], head: "2", applied: ["1", "2"], recorded: undefined },
    risk: {
      report: { horizon: { oldest: undefined, verdicts: { v1: verdict, v2: verdict } } },
      worthReading: true,
    } as unknown as NonNullable<Assessment["risk"]>,
  };
}

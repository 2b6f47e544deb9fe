import type { HostContainer, ServiceStatus, Status } from "../../status/status";
import { digest } from "../history/states";

export const at = "2026-11-21T12:00:00.000Z";

export const host = (changes: Partial<HostContainer> = {}): HostContainer => ({
  container: "shop-prod-api",
  status: "running",
  text: "running, 0 restarts",
  startedAt: "2026-11-21T09:00:00.000Z",
  restarts: 0,
  digest: digest("b"),
  ...changes,
});

export const service = (changes: Partial<ServiceStatus> = {}): ServiceStatus => ({
  service: "api",
  held: { tag: "v2", digest: digest("b"), stopped: false },
  host: host(),
  health: { healthy: true, text: "200", milliseconds: 3 },
  ...changes,
});

/** A stack on which all is well, but for what is changed. */
export function status(changes: Partial<Status> = {}): Status {
  return {
    stack: "prod",
    label: "shop/prod",
    at,
    settings: {
      imageTag: "v2",
      protected: false,
      breakGlass: false,
      allowed: "conditional",
      diskLimit: 85,
    },
    changed: [],
    held: held(),
    services: [service()],
    drift: [],
    schema: schema(),
    wayBack: { release: "v1", passedAt: "2026-11-20T12:00:00.000Z", missing: [] },
    disk: { disks: [disk(41)], unknown: [], backupsBeside: false, use: [] },
    backups: {
      folder: ".knowngood/backups",
      made: true,
      kept: 3,
      newest: {
        name: "shop-prod-2-2026",
        madeAt: "2026-11-20T12:00:00.000Z",
        bytes: 12_000_000,
        whole: true,
        restoredAs: undefined,
      },
    },
    drill: { text: "the drill of v2 passed", due: false, command: "npx knowngood drill --stack prod" },
    card: "v2",
    stackFile: { file: "Pulumi.prod.yaml" },
    locks: [],
    begun: [],
    ...changes,
  };
}

type Held = Extract<Status["held"], { running: unknown }>;

export function held(changes: Partial<Held> = {}): Held {
  return {
    running: {
      tag: "v2",
      services: [{ service: "api", tag: "v2", createdAs: "v2", digest: digest("b"), containerId: "api-id" }],
    },
    since: { at: "2026-11-21T09:00:00.000Z", direction: "forward" },
    knownGood: [
      { tag: "v2", passedAt: "2026-11-21T09:00:20.000Z" },
      { tag: "v1", passedAt: "2026-11-20T12:00:00.000Z" },
    ],
    pending: [],
    card: true,
    ...changes,
  };
}

type Schema = NonNullable<Status["schema"]>;

export function schema(changes: Partial<Schema> = {}): Schema {
  return {
    source: "database",
    down: false,
    head: "2",
    ahead: [],
    missing: [],
    problems: [],
    judged: { horizon: { oldest: "v1", verdicts: { v1: "conditional" } }, current: true },
    ...changes,
  };
}

export const disk = (percent: number) => ({
  of: ["engine" as const],
  filesystem: { name: "/", used: percent * 1_000_000_000, free: (100 - percent) * 1_000_000_000 },
});

import { backupPlace } from "../backups/backupPlace";
import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { runnerService } from "../settings/runnerSettings";
import { defaultTable, type Settings } from "../settings/settings";
import { placeOf } from "../targets/placeOf";
import type { EvidenceRequest } from "./evidence";
import type { RunBy } from "./runBy";
import { readSchemaDump } from "./schemaDump";
import type { SchemaRequest } from "./schemaEvidence";

export interface EvidenceQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** The stack's label on what it makes, such as `shop/prod`. */
  stackLabel: string;
  /** Name of the stack's network; its containers' names begin with it. */
  network: string;
  target: Release;
  catalog: Catalog;
  settings: Settings;
  /** The text of a secret setting. */
  secret: (name: string) => string;
  previewing: boolean;
  /** Fingerprint of what was reviewed where this deployment was proposed; undefined where it follows no review. */
  reviewed: string | undefined;
}

/** What a stack's settings have asked of the world before anything is decided. */
export function evidenceRequest(question: EvidenceQuestion): EvidenceRequest {
  const { stack, stackLabel, network, target, catalog, settings, previewing, reviewed } = question;
  return {
    stack,
    stackLabel,
    target,
    catalog,
    services: Object.keys(settings.services),
    network,
    engine: settings.docker.host,
    ...placed(question),
    schema: schemaRequest(question),
    records: settings.record.folder,
    acknowledge: settings.acknowledge,
    proposed: reviewed,
    wayBack: settings.guards.wayBack,
    disk: settings.guards.disk,
    ci: ciRequest(settings.guards.ci, question.secret),
    previewing,
  };
}

/** Where services run that are no containers of the stack's own. */
function placed({ settings, secret }: EvidenceQuestion): Pick<EvidenceRequest, "place" | "releaseTask"> {
  const place = placeOf(settings, secret);
  return place === undefined ? {} : { place, releaseTask: settings.command?.releaseTask };
}

/** What is asked of the database, and how it is judged; undefined for a stack without one. */
function schemaRequest({ stackLabel, settings, secret }: EvidenceQuestion): EvidenceRequest["schema"] {
  const { database, schema, stepDown, record, docker: engine } = settings;
  if (database === undefined) return undefined;
  const { backup } = database;
  const runBy = runByOf(settings);
  return {
    ...judgingRequest(database, schema, secret),
    ...(runBy && { runBy }),
    stepDown,
    backup: {
      when: backup.when,
      command: backup.command !== undefined,
      ...backupPlace({ stack: stackLabel, record, docker: engine, backup }),
    },
  };
}

/** The user's own command that applies migrations, where there is one. */
function runByOf({ database, services }: Settings): RunBy | undefined {
  if (database?.runner === undefined) return undefined;
  const { up: words, within } = database.runner;
  const service = runnerService(database.runner, services);
  const onHost = database.runner.in === "host";
  return { words, within, ...(service !== undefined && { service }), ...(onHost && { onHost }) };
}

/** Where the schema is, and how it is judged, whoever changes it. */
export function judgingRequest(
  { url, table, tool, countUpTo }: Pick<DatabaseSettings, "url" | "table" | "tool" | "countUpTo">,
  { scratch, role, dump }: Settings["schema"],
  secret: (name: string) => string,
): Pick<SchemaRequest, "url" | "tool" | "table" | "scratch" | "role" | "dump" | "countUpTo"> {
  return {
    url: secret(url),
    tool,
    table: table === defaultTable ? undefined : table,
    scratch: scratch === "embedded" || scratch === "off" ? scratch : { url: secret(scratch) },
    role,
    dump: dump && readSchemaDump(dump),
    countUpTo,
  };
}

type DatabaseSettings = NonNullable<Settings["database"]>;

/** Where it is asked what CI said of the target. */
export function ciRequest(
  { repository, api, token, names }: Settings["guards"]["ci"],
  secret: (name: string) => string,
): EvidenceRequest["ci"] {
  if (repository === undefined) return { github: undefined, names };
  return { github: { api, repository, token: token === undefined ? undefined : secret(token) }, names };
}

import { migrate } from "../../migrations/migrate";
import type { MigrationRequest, StepDownRequest } from "../../migrations/request";
import { stepDown } from "../../migrations/stepDown";
import { table, type Server } from "./server";

export const now = new Date("2026-03-01T09:00:00.000Z");

export interface Migrated {
  url: string;
  all: MigrationRequest;
  request: StepDownRequest;
}

/** The way down of a second migration that is of the usual way up. */
export const dropNote = "ALTER TABLE one DROP note;";

/** A database at version 2; the request takes it back to 1. */
export async function migrated(
  server: Server,
  down: string,
  { up = "ALTER TABLE one ADD note text;", header = "-- migrate:up", options = "" } = {},
): Promise<Migrated> {
  const url = await server.newDatabase();
  const all = server.request(url, [
    ["1", table("one")],
    ["2", `${header}\n${up}\n\n-- migrate:down${options}\n${down}\n`],
  ]);
  await migrate(all);
  const [first, second] = all.migrations;
  if (first === undefined || second === undefined) throw new Error("two migrations were asked for");
  const request = {
    ...all,
    migrations: [first],
    stepDown: { migration: second, to: "1", checks: { empty: [] } },
  };
  return { url, all, request };
}

export const versionsIn = (server: Server, url: string) =>
  server.ask(url, "SELECT version FROM schema_migrations ORDER BY version");

/** What a step-down says that fails. */
export async function failureOf(request: StepDownRequest): Promise<string> {
  try {
    await stepDown(request, now);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}

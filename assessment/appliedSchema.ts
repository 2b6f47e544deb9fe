import { migrationOrder, type Catalog } from "../catalog/catalog";
import type { Migration } from "../catalog/release";
import type { RecordedSchema } from "../history/recordedSchema";
import { withoutPassword } from "../migrations/password";
import type { AppliedState, ToolName } from "../migrations/tools/tool";
import { within } from "./within";

/** The database's own word; undefined where it has applied nothing, with why where it could not be asked. */
export type AppliedAnswer = AppliedState | { unconfirmed: string } | undefined;

export interface DatabaseQuestion {
  url: string;
  tool: ToolName | undefined;
  /** Undefined for the tool's own. */
  table: string | undefined;
}

/** Seconds that the database has to answer in. */
const answerSeconds = 10;

/** What is applied: by the database's own word, held to the catalog, else as it was recorded. */
export async function appliedSchema(
  answer: AppliedAnswer,
  recorded: RecordedSchema | undefined,
  catalog: Catalog,
): Promise<{ state: AppliedAnswer; applied: readonly string[] }> {
  const order = migrationOrder(catalog);
  const state = await comparedWithCatalog(answer, catalog, order);
  return { state, applied: await versionsOf(state, recorded, order) };
}

/** What the database says that it has applied; never rejects. */
export async function askDatabase({ url, tool, table }: DatabaseQuestion): Promise<AppliedAnswer> {
  const { readAppliedState } = await import("../migrations/tools/readAppliedState");
  const answer = readAppliedState(url, {
    ...(tool !== undefined && { tool }),
    ...(table !== undefined && { table }),
  }).catch((error: unknown) => ({
    unconfirmed: withoutPassword(error instanceof Error ? error.message : String(error), url),
  }));
  return within(answerSeconds, answer, {
    unconfirmed: `the database gave no answer in ${answerSeconds} s`,
  });
}

async function versionsOf(
  state: AppliedAnswer,
  recorded: RecordedSchema | undefined,
  order: readonly Migration[],
): Promise<readonly string[]> {
  if (state === undefined) return [];
  if ("unconfirmed" in state) return recorded?.applied ?? [];
  const { appliedVersionsOf } = await import("../migrations/tools/appliedVersionsOf");
  return appliedVersionsOf(state, order);
}

/** Adds migrations that were applied from another text than the catalog's. */
async function comparedWithCatalog(
  state: AppliedAnswer,
  catalog: Catalog,
  order: readonly Migration[],
): Promise<AppliedAnswer> {
  if (state === undefined || "unconfirmed" in state) return state;
  const { textProblems } = await import("./textProblems");
  return { ...state, problems: [...state.problems, ...textProblems(state, catalog, order)] };
}

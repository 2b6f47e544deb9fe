import { appliedSchema, type AppliedAnswer } from "../assessment/appliedSchema";
import { planner, versionOrder } from "../assessment/dumpPlan";
import { readSchemaDump, standIn } from "../assessment/schemaDump";
import { migrationOrder, type Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { recordedSchema } from "../history/recordedSchema";
import { recordedStanding } from "./recordedStanding";
import type { StackState } from "../history/stackState";
import { planSchema } from "../schema/schemaPlan";
import type { Settings } from "../settings/settings";
import { isUnknown, type JudgedThen, type Known, type SchemaStatus } from "./status";

export interface SchemaQuestion {
  /** The database's own word; with why it was not asked. */
  answer: Known<{ said: AppliedAnswer }>;
  state: Known<StackState>;
  /** The release that runs; undefined where there is not one. */
  running: Release | undefined;
  catalog: Catalog;
  dump: Settings["schema"]["dump"];
}

/** How the schema stands to the running release: by the database's own word, else by what the state recorded. */
export async function schemaStatus(question: SchemaQuestion): Promise<SchemaStatus> {
  const { answer, state, running, catalog } = question;
  const known = isUnknown(state) ? undefined : state;
  const recorded = known && recordedSchema(known);
  const said = isUnknown(answer) ? { unconfirmed: answer.unknown } : answer.said;
  const down = !isUnknown(answer) && said !== undefined && "unconfirmed" in said;
  const { state: own, applied } = await appliedSchema(said, recorded, catalog);
  const silent = own !== undefined && "unconfirmed" in own ? own.unconfirmed : undefined;
  if (silent !== undefined && recorded === undefined)
    return { source: { unknown: silent }, down, problems: [], judged: judgedThen(state, undefined) };
  const dump = standIn(question.dump && readSchemaDump(question.dump), applied);
  const versions = versionOrder(migrationOrder(catalog), dump);
  const { head } = planSchema([], applied, versions);
  const plan = running && planner(versions, dump)(running, applied);
  return {
    source: silent === undefined ? "database" : { recorded: silent },
    down,
    ...(head !== undefined && { head }),
    ...(plan && { ahead: plan.gap, missing: plan.pending.map(({ version }) => version) }),
    problems:
      own === undefined || "unconfirmed" in own
        ? []
        : own.problems.map(({ reason, remedy }) => `${reason} ${remedy}`),
    judged: judgedThen(state, silent === undefined ? applied : undefined),
  };
}

/** @param applied as the database says it; undefined where it does not */
function judgedThen(state: Known<StackState>, applied: readonly string[] | undefined): Known<JudgedThen> {
  if (isUnknown(state)) return state;
  const recorded = recordedStanding(state);
  if (recorded === undefined) return { unknown: "no up has judged it yet" };
  const { horizon, ahead, verdict } = recorded;
  return {
    horizon,
    ...(ahead.length > 0 && { verdict }),
    ...(applied !== undefined && { current: sameVersions(applied, recorded.applied) }),
  };
}

function sameVersions(one: readonly string[], other: readonly string[]): boolean {
  const known = new Set(other);
  return one.length === other.length && one.every((version) => known.has(version));
}

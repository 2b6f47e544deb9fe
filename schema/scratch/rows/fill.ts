import type { Catalog } from "../../snapshot/catalog";
import type { RelationFacts } from "../../snapshot/snapshot";
import type { DatabaseFailure } from "../runSource";
import type { ScratchDatabase } from "../scratchDatabase";
import { insertText, relationText } from "../sqlText";
import { draftRow, mended, type Draft, type DraftStyle, type ParentValues } from "./drafts";
import { eitherSide } from "./eitherSide";
import type { Hints } from "./hints";
import { readRows, type TableRows } from "./readRows";
import { planTable, wantedPrefix, type TablePlan } from "./tablePlan";
import type { TextStyle } from "./values";

/** How rows are made up in one try. */
export interface RowStyle {
  /** Of each table. */
  rows: number;
  text: TextStyle;
  /** Whether columns whose type the gap changes take strings that the gap writes. */
  literals: boolean;
  /** Whether further rows lie on both sides of the conditions by which views and the gap pick rows. */
  filters: boolean;
  /** Tables, by bare name, that stay empty. */
  without: ReadonlySet<string>;
}

/** Tables with rows in them. */
export interface Filled {
  /** By the table's oid: what is in them. */
  tables: Map<number, TableRows>;
  plans: Map<number, TablePlan>;
  style: RowStyle;
  /** Tables for which no row could be made up. */
  empty: RelationFacts[];
  /** Tables that would have had rows and have none, since the gap failed on them. */
  emptied: RelationFacts[];
  /** By the table's oid: rows that it took, also where it stays empty. */
  accepted: Map<number, Draft[]>;
  /** By the table's oid: what was in it before, put there by what was shipped; only where there is something. */
  shipped: Map<number, TableRows>;
}

/** Tries for one row until it counts as impossible. */
const mostTries = 80;

/** Fills tables, parents before children, in one transaction. What can't be filled stays empty and is told. */
export async function fillTables(
  database: ScratchDatabase,
  catalog: Catalog,
  relations: readonly RelationFacts[],
  hints: Hints,
  style: RowStyle,
): Promise<Filled> {
  const plans = new Map(relations.map((relation) => [relation.oid, planTable(relation, catalog, hints)]));
  const filled: Filled = {
    tables: new Map(),
    accepted: new Map(),
    shipped: await readShipped(database, catalog, relations),
    plans,
    style,
    empty: [],
    emptied: [],
  };
  await database.run("BEGIN; SET CONSTRAINTS ALL IMMEDIATE");
  for (const plan of inOrder([...plans.values()])) {
    const { relation } = plan;
    if (relation.partitionBound === null) {
      await database.run("SAVEPOINT filling");
      const wanted = await addWanted(database, plan);
      const accepted = await fillTable(
        database,
        catalog,
        plan,
        parentsIn(filled),
        draftStyle(plan, hints, style),
        style.rows,
      );
      if (accepted.length > 0 && style.filters) {
        const options = { sparse: false, style: draftStyle(plan, hints, style) };
        const draft = (row: number) => draftRow(plan, catalog, parentsIn(filled), { row, ...options });
        for (const row of eitherSide(plan, catalog, hints, draft)) await insert(database, relation, [row]);
      }
      for (const name of wanted)
        await database.run(`ALTER TABLE ${relationText(relation)} DROP CONSTRAINT ${name}`);
      filled.accepted.set(relation.oid, accepted);
      const stays = !style.without.has(relation.name);
      await database.run(stays ? "RELEASE filling" : "ROLLBACK TO filling");
      if (accepted.length === 0) filled.empty.push(relation);
      else if (!stays) filled.emptied.push(relation);
    }
    filled.tables.set(relation.oid, await readRows(database, relation, catalog));
  }
  // Rows of a partition came through its parent, which can stand behind it.
  for (const { relation } of plans.values())
    if (relation.partitionBound !== null)
      filled.tables.set(relation.oid, await readRows(database, relation, catalog));
  await database.run("COMMIT");
  return filled;
}

async function readShipped(
  database: ScratchDatabase,
  catalog: Catalog,
  relations: readonly RelationFacts[],
): Promise<Map<number, TableRows>> {
  if (relations.length === 0) return new Map();
  const asked = relations.map((relation) => `EXISTS (SELECT FROM ${relationText(relation)})`);
  const [answer] = await database.query<{ there: boolean[] }>(
    `SELECT to_json(ARRAY[${asked.join(", ")}]) AS there`,
  );
  const shipped = new Map<number, TableRows>();
  for (const [place, relation] of relations.entries())
    if (answer?.there[place] === true) shipped.set(relation.oid, await readRows(database, relation, catalog));
  return shipped;
}

/** What the gap will want holds while rows are made up, as far as the schema as it is can hold it. */
async function addWanted(database: ScratchDatabase, { relation, conditions }: TablePlan): Promise<string[]> {
  const added: string[] = [];
  for (const { name, text } of conditions)
    if (name?.startsWith(wantedPrefix) === true) {
      const add = `ALTER TABLE ${relationText(relation)} ADD CONSTRAINT ${name} CHECK (${text})`;
      if ((await attempt(database, add)) === undefined) added.push(name);
    }
  return added;
}

export function parentsIn({ tables }: Pick<Filled, "tables">): ParentValues {
  return ({ parent, referenced }) => {
    const known = tables.get(parent.oid);
    if (known === undefined) return [];
    const places = referenced.map((name) => known.columns.indexOf(name));
    return known.rows.map((row) => places.map((place) => row[place] ?? null));
  };
}

export function draftStyle(plan: TablePlan, hints: Hints, { text, literals }: RowStyle): DraftStyle {
  const converted = literals ? [...(hints.tables.get(plan.relation.name)?.converted ?? [])] : [];
  return { text, fixed: new Map(converted.map((name) => [name, hints.literals])) };
}

/** Rows that the table took. */
async function fillTable(
  database: ScratchDatabase,
  catalog: Catalog,
  plan: TablePlan,
  parents: ParentValues,
  style: DraftStyle,
  count: number,
): Promise<Draft[]> {
  const draft = (row: number) => draftRow(plan, catalog, parents, { row, sparse: row > 0, style });
  const all = Array.from({ length: count }, (_, row) => draft(row));
  if ((await insert(database, plan.relation, all)) === undefined) return all;
  const accepted = await fillRowByRow(database, plan, all, draft);
  if (accepted.length > 0) return accepted;
  // Without triggers and foreign keys; only a superuser may.
  if ((await attempt(database, "SET LOCAL session_replication_role = replica")) !== undefined) return [];
  const forced = await fillRowByRow(database, plan, all, draft);
  await database.run("SET LOCAL session_replication_role = origin");
  return forced;
}

async function fillRowByRow(
  database: ScratchDatabase,
  plan: TablePlan,
  drafts: readonly Draft[],
  again: (row: number) => Draft,
): Promise<Draft[]> {
  const accepted: Draft[] = [];
  let failed = 0;
  for (const draft of drafts) {
    const row = await insertMended(database, plan, draft, again);
    if (row === undefined) failed += 1;
    else accepted.push(row);
    if (failed > 2 && accepted.length === 0) break;
  }
  return accepted;
}

/** Follows what the server objects to, one objection after the other; the row that it took. */
async function insertMended(
  database: ScratchDatabase,
  plan: TablePlan,
  first: Draft,
  again: (row: number) => Draft,
): Promise<Draft | undefined> {
  let current = first;
  let tries = mostTries;
  let failure = await insert(database, plan.relation, [current]);
  while (failure !== undefined) {
    const objection = objectionOf(failure);
    let moved = false;
    for (const candidate of mended(current, failure, plan, again)) {
      if (tries-- <= 0) return undefined;
      const next = await insert(database, plan.relation, [candidate]);
      if (next === undefined) return candidate;
      if (objection === objectionOf(next) || next.code?.startsWith("22")) continue;
      [current, failure, moved] = [candidate, next, true];
      break;
    }
    if (!moved) return undefined;
  }
  return current;
}

const objectionOf = ({ code, constraint, column }: DatabaseFailure) =>
  `${code ?? ""} ${constraint ?? column ?? ""}`;

async function insert(
  database: ScratchDatabase,
  relation: RelationFacts,
  rows: readonly Draft[],
): Promise<DatabaseFailure | undefined> {
  return attempt(database, insertText(relation, rows));
}

/** The error, after which the transaction can go on. */
async function attempt(database: ScratchDatabase, sql: string): Promise<DatabaseFailure | undefined> {
  try {
    await database.run(`SAVEPOINT knowngood; ${sql}; RELEASE knowngood`);
    return undefined;
  } catch (error) {
    await database.run("ROLLBACK TO knowngood");
    return error as DatabaseFailure;
  }
}

/** Parents first; of a circle, in the order that they came. */
function inOrder(plans: readonly TablePlan[]): TablePlan[] {
  const byOid = new Map(plans.map((plan) => [plan.relation.oid, plan]));
  const seen = new Set<number>();
  const ordered: TablePlan[] = [];
  const visit = (plan: TablePlan) => {
    if (seen.has(plan.relation.oid)) return;
    seen.add(plan.relation.oid);
    for (const { parent } of plan.references) {
      const other = byOid.get(parent.oid);
      if (other !== undefined) visit(other);
    }
    ordered.push(plan);
  };
  for (const plan of plans) visit(plan);
  return ordered;
}

import { escapeIdentifier } from "pg";
import type { Gap } from "../gap";
import { Catalog } from "../snapshot/catalog";
import { compareSnapshots } from "../snapshot/compare";
import type { RelationFacts } from "../snapshot/snapshot";
import type { StructuralFinding } from "../snapshot/structuralFinding";
import { takeSnapshot } from "../snapshot/takeSnapshot";
import { written } from "../snapshot/words";
import { openParser } from "../static/parser";
import { chooseTrials, type Choice } from "./choose";
import { groupResults, settled } from "./outcome";
import { numberFindings, numbersIn } from "./numbersTaken";
import { movePastOurRows } from "./pastOurRows";
import { rolesTakenForGranted, stayWithin } from "./reach";
import { fillTables, type Filled, type RowStyle } from "./rows/fill";
import { hintsOf } from "./rows/hints";
import { readRows, type TableRows } from "./rows/readRows";
import { runSource, SourceFails } from "./runSource";
import type { ScratchDatabase } from "./scratchDatabase";
import type { ScratchOptions } from "./scratchSetting";
import { relationText } from "./sqlText";
import { ScratchSurroundings } from "./surroundings";
import { survivalOf } from "./survival";
import { aloneTrials, canLookElsewhere, putAwayText } from "./trials/alone";
import { edgeTrials } from "./trials/edge";
import { materialOf, type Material } from "./trials/material";
import { ordinaryTrials } from "./trials/ordinary";
import { routineTrials, sequenceTrials } from "./trials/routines";
import { runAgain, runTrials } from "./trials/runTrials";
import type { Trial } from "./trials/trial";
import type { Watch } from "./watch";

/** How one try goes about it. */
export interface TryStyle {
  rows: RowStyle;
  /** Whether functions are called. */
  calls: boolean;
}

export interface Tried {
  findings: StructuralFinding[];
  /** What was made or left out. */
  told: string[];
  /** What could not be tried of what the gap may touch, so that not everything is proved. */
  limits: string[];
}

/** The gap itself does not run, after what was shipped did. */
export class AheadFails extends Error {
  constructor(
    override readonly cause: SourceFails,
    /** Bare names of the tables that had rows. */
    readonly filled: readonly string[],
  ) {
    super(cause.message);
  }
}

/**
 * One whole try on an empty database.
 * @throws SourceFails when the shipped SQL does not run, AheadFails when the gap does not
 */
export async function tryGap(
  database: ScratchDatabase,
  gap: Gap,
  { role, dump }: ScratchOptions,
  style: TryStyle,
  watch: Watch,
): Promise<Tried> {
  const surroundings = new ScratchSurroundings(database);
  const shipped = dump === undefined ? gap.shipped : [dump];
  stayWithin(database, [...shipped, ...gap.ahead]);
  for (const source of shipped) await runSource(database, source, surroundings);
  if (role !== undefined) await surroundings.ensureUser(role, gap.ahead);
  for (const needed of rolesTakenForGranted([...shipped, ...gap.ahead], gap.ahead))
    await surroundings.ensureRole(needed);
  const before = await takeSnapshot(database.query);
  const old = new Catalog(before);
  const choice = chooseTrials(old, gap.ahead);
  if (choice.limited)
    surroundings.limit("not everything that the gap may touch was tried: there is too much of it");
  const hints = hintsOf(gap.ahead);
  const filled = await fillTables(database, old, choice.tables, hints, style.rows);
  // An empty table leaves open what becomes of its rows. Where the gap does not come near them, nothing does.
  for (const relation of filled.empty)
    if (choice.mayTouch(relation)) surroundings.limit(emptyText(relation));
    else surroundings.tell(emptyText(relation));
  for (const relation of filled.emptied)
    if (choice.mayTouch(relation)) surroundings.limit(emptiedText(relation));
  const rows = await withViews(database, old, choice, filled);
  const materials = [...choice.tables, ...choice.views].map((relation) =>
    materialOf(relation, old, filled, hints, rows.get(relation.oid)),
  );
  const ofTables = materials.slice(0, choice.tables.length);
  const alone = canLookElsewhere(gap.ahead)
    ? aloneTrials(
        ofTables.filter(({ relation }) => choice.edged.has(relation.oid)),
        filled,
      )
    : [];
  if (alone.length > 0) await database.run(putAwayText(ofTables, filled, old, gap.ahead));
  const trials = [...relationTrials(old, choice, materials, role), ...alone];
  const calls = style.calls ? await callTrials(database, old, choice, filled) : [];
  const relationsBefore = await runTrials(database, trials);
  watch.enter("calls");
  const callsBefore = await runTrials(database, calls);
  watch.enter("schema");
  const ours = new Set(choice.tables.map(({ oid }) => oid));
  const numbers = await numbersIn(database, old, ours);
  await runAhead(database, gap, surroundings, filled);
  const after = await takeSnapshot(database.query);
  await movePastOurRows(database, old, new Catalog(after));
  const taken = numberFindings(numbers, await numbersIn(database, new Catalog(after), ours));
  const relationsAfter = await runAgain(database, trials, relationsBefore);
  watch.enter("calls");
  const callsAfter = await runAgain(database, calls, callsBefore);
  watch.enter("schema");
  const beside = { role, parser: await openParser() };
  const structural = await withoutHeld(database, compareSnapshots(before, after, beside));
  const findings = settled([...structural, ...taken], {
    groups: groupResults(
      [...trials, ...calls],
      [...relationsBefore, ...callsBefore],
      [...relationsAfter, ...callsAfter],
    ),
    survivals: await survivalOf(database, old, new Catalog(after), rows),
  });
  return { findings, told: [...surroundings.told], limits: [...surroundings.limits] };
}

/** Leaves out what the rows of tables that the gap made and filled have settled. */
async function withoutHeld(
  database: ScratchDatabase,
  findings: readonly StructuralFinding[],
): Promise<StructuralFinding[]> {
  const left: StructuralFinding[] = [];
  for (const finding of findings) {
    const { unless } = finding;
    const [answer] =
      unless === undefined
        ? []
        : await database.query<{ held: number }>(
            `SELECT count(DISTINCT ${escapeIdentifier(unless.column)}::text)::int AS held FROM ${relationText(unless.relation)}
             WHERE ${escapeIdentifier(unless.column)}::text = ANY ($1)`,
            [[...unless.values]],
          );
    if (answer?.held === undefined || answer.held < (unless?.values.length ?? 0)) left.push(finding);
  }
  return left;
}

const emptyText = (relation: RelationFacts) =>
  `no row could be made up for ${written(relation)}, so nothing shows whether its rows survive`;

const emptiedText = (relation: RelationFacts) =>
  `the gap does not run on rows that were made up for ${written(relation)}, so it was tried without them`;

async function runAhead(
  database: ScratchDatabase,
  { ahead }: Gap,
  surroundings: ScratchSurroundings,
  filled: Filled,
): Promise<void> {
  try {
    for (const source of ahead) await runSource(database, source, surroundings);
  } catch (error) {
    if (!(error instanceof SourceFails)) throw error;
    const withRows = [...filled.tables].filter(([, { rows }]) => rows.length > 0);
    throw new AheadFails(
      error,
      withRows.map(([oid]) => filled.plans.get(oid)?.relation.name ?? ""),
    );
  }
}

/** Rows of tables, and of the views that can be read. */
async function withViews(
  database: ScratchDatabase,
  catalog: Catalog,
  { views }: Choice,
  { tables }: Filled,
): Promise<Map<number, TableRows>> {
  const rows = new Map(tables);
  for (const view of views) {
    const read = await readRows(database, view, catalog).catch(() => undefined);
    if (read !== undefined) rows.set(view.oid, read);
  }
  return rows;
}

function relationTrials(
  catalog: Catalog,
  { edged }: Choice,
  materials: readonly Material[],
  role: string | undefined,
): Trial[] {
  return materials.flatMap((material) => [
    ...ordinaryTrials(material),
    ...(edged.has(material.relation.oid) ? edgeTrials(material, catalog) : []),
    ...rolesOf(material, catalog, role).flatMap((other) =>
      ordinaryTrials({ ...material, drafts: material.drafts.slice(0, draftsOfRoles) }, other),
    ),
  ]);
}

/** Those like rows that are there, and one that is like none. */
const draftsOfRoles = 4;

/** Roles that could do anything with a relation, besides its owner and those that may do everything. */
function rolesOf({ relation, columns }: Material, catalog: Catalog, role: string | undefined): string[] {
  const granted = new Set(
    [relation, ...columns].flatMap(({ grants }) => (grants ?? []).map(([grantee]) => grantee)),
  );
  granted.delete(relation.owner);
  granted.delete(0);
  const names = [...granted].flatMap((oid) => {
    const found = catalog.role(oid);
    return found === undefined || found.superuser ? [] : [found.name];
  });
  return [...new Set(role === undefined ? names : [...names, role])];
}

async function callTrials(
  database: ScratchDatabase,
  catalog: Catalog,
  { routines, sequences }: Choice,
  filled: Filled,
): Promise<Trial[]> {
  const known = new Map<string, string[]>();
  for (const [oid, { columns, rows }] of filled.tables)
    for (const { name, typeText } of catalog.columnsOf(oid)) {
      const value = rows[0]?.[columns.indexOf(name)] ?? null;
      if (value !== null) known.set(typeText, [...(known.get(typeText) ?? []), value]);
    }
  return [
    ...(await routineTrials(database, routines, catalog, known)),
    ...sequenceTrials(sequences, catalog),
  ];
}

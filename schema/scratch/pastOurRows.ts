import { escapeIdentifier } from "pg";
import type { Catalog } from "../snapshot/catalog";
import { literal, relationText } from "./sqlText";
import type { ScratchDatabase } from "./scratchDatabase";

/**
 * A gap that makes a sequence start at a number of its own has counted the rows that really are there; made-up rows can
 * be more. Moves such sequences past these, so that they do not collide.
 */
export async function movePastOurRows(
  database: ScratchDatabase,
  before: Catalog,
  after: Catalog,
): Promise<void> {
  const known = new Set(before.facts.sequences.map(({ oid }) => oid));
  for (const sequence of after.facts.sequences) {
    const owner = after.relation(sequence.ownerRelation);
    const column = after
      .columnsOf(sequence.ownerRelation)
      .find(({ number }) => number === sequence.ownerColumn);
    if (known.has(sequence.oid) || owner === undefined || column === undefined) continue;
    const name = literal(relationText(sequence));
    await database.run(`
      SELECT pg_catalog.setval(${name}, greatest(s.seqstart, t.last))
      FROM pg_catalog.pg_sequence s, (SELECT max(${escapeIdentifier(column.name)}) AS last FROM ${relationText(owner)}) t
      WHERE s.seqrelid = ${name}::regclass AND s.seqstart > 1 AND t.last >= s.seqstart`);
  }
}

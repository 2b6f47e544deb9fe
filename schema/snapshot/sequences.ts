import { keyed, nameKey, type Sides } from "./catalog";
import { isTable } from "./relations";
import type { SequenceFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { written } from "./words";

/** Sequences that old code can name; one that went with its own column is told by that. */
export function compareSequences({ before, after }: Sides): StructuralFinding[] {
  const byName = keyed(after.facts.sequences, nameKey);
  const byOid = new Map(after.facts.sequences.map((sequence) => [sequence.oid, sequence]));
  const columnIsGone = ({ ownerRelation, ownerColumn }: SequenceFacts) =>
    ownerRelation !== 0 && !after.columnsOf(ownerRelation).some(({ number }) => number === ownerColumn);
  /** Whether the column that owned it is still there, and owns none any more. */
  const isForgotten = ({ ownerRelation, ownerColumn }: SequenceFacts) => {
    const relation = before.relation(ownerRelation);
    const column = before.columnsOf(ownerRelation).find(({ number }) => number === ownerColumn);
    const named = relation && after.relationNamed(relation);
    // What becomes of a table behind a view is told of the table.
    const now = named !== undefined && isTable(named) ? named : undefined;
    const heir = now && after.columnsOf(now.oid).find(({ name }) => name === column?.name);
    return (
      heir !== undefined &&
      !after.facts.sequences.some(
        (other) => other.ownerRelation === now?.oid && other.ownerColumn === heir.number,
      )
    );
  };
  return before.facts.sequences.flatMap((old) => {
    const name = written(old);
    const object = { kind: "sequence", schema: old.schema, name: old.name } as const;
    const found = byName.get(nameKey(old));
    if (found !== undefined)
      return changed(
        old,
        found,
        isForgotten(old) ? ["no longer belongs to its column, which pg_get_serial_sequence asks for"] : [],
      );
    const same = byOid.get(old.oid);
    if (same !== undefined)
      return structuralFinding(
        "sequence-renamed",
        object,
        `${name} is called ${written(same)} now; release code that names it gets an error.`,
        { remedy: `Move or rename ${written(same)} back to ${name}.` },
      );
    if (columnIsGone(old)) return [];
    // What an identity counts with is seldom named.
    if (old.ofIdentity)
      return structuralFinding(
        "sequence-changed",
        object,
        `${name} is gone with the identity that it counted for.`,
      );
    return structuralFinding(
      "sequence-dropped",
      object,
      `${name} is gone; release code that calls nextval on it gets an error.`,
    );
  });
}

function changed(
  before: SequenceFacts,
  after: SequenceFacts,
  beside: readonly string[],
): StructuralFinding[] {
  const differences = [...beside];
  if (BigInt(after.maximum) < BigInt(before.maximum))
    differences.push(`ends at ${after.maximum}, before at ${before.maximum}`);
  if (BigInt(after.minimum) > BigInt(before.minimum))
    differences.push(`begins at ${after.minimum}, before at ${before.minimum}`);
  if (after.increment !== before.increment)
    differences.push(`counts by ${after.increment}, before by ${before.increment}`);
  if (after.cycles !== before.cycles)
    differences.push(after.cycles ? "begins again after its end" : "no longer begins again after its end");
  if (after.oid !== before.oid && (before.ownerRelation === 0 || after.ownerRelation === 0))
    differences.push("was made anew and may give out numbers again");
  if (differences.length === 0) return [];
  return [
    structuralFinding(
      "sequence-changed",
      { kind: "sequence", schema: before.schema, name: before.name },
      `${written(before)} ${differences.join(", and ")}.`,
    ),
  ];
}

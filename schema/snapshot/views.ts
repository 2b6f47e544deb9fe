import type { Sides } from "./catalog";
import { eventsIn, isTable, type RelationPair } from "./relations";
import type { ColumnFacts, RelationFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { relationName, written } from "./words";

/** A view on both sides: whether it can be written as before, and whether it selects the same. */
export function compareView(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const { before, after } = pair;
  if (isTable(before)) return [];
  const object = relationName(before);
  const name = written(before);
  const lost = before.writable & ~after.writable;
  const findings: StructuralFinding[] = [];
  if (lost !== 0)
    findings.push(
      structuralFinding(
        "view-not-writable",
        object,
        `${name} no longer takes ${eventsIn(lost)}; release code that writes through it gets an error.`,
      ),
    );
  if (before.populated && !after.populated)
    findings.push(
      structuralFinding(
        "view-not-filled",
        object,
        `${name} was made WITH NO DATA; release code that reads it gets an error.`,
        {
          remedy: `REFRESH MATERIALIZED VIEW ${name}.`,
        },
      ),
    );
  if (isTable(after)) return findings;
  if (lost === 0 && selectsOtherwise(pair, sides))
    findings.push(
      structuralFinding(
        "view-changed",
        object,
        `${name} selects something else; release code can read other rows or values from it.`,
        {
          settledByTrial: {
            relation: { schema: before.schema, name: before.name },
            otherwise: {
              rule: "view-rewritten",
              reason: `${name} is defined in another way; the rows that were tried are read alike, others need not be.`,
            },
          },
        },
      ),
    );
  if (optionsOf(before) !== optionsOf(after))
    findings.push(
      structuralFinding(
        "view-rewritten",
        object,
        `${name} has the options (${optionsOf(after)}), before (${optionsOf(before)}).`,
      ),
    );
  return findings;
}

/** Neither the tree nor the text is the same, nor only columns were added, dropped or moved. */
function selectsOtherwise({ before, after }: RelationPair, sides: Sides): boolean {
  if (before.kind !== after.kind || before.definition === null || after.definition === null) return false;
  const unsorted = withoutOrder(after.definition);
  if (before.tree === after.tree || [after.definition, unsorted].includes(before.definition)) return false;
  const one = parts(before.definition, sides.before.columnsOf(before.oid));
  const other = parts(after.definition, sides.after.columnsOf(after.oid));
  if (one === undefined || other === undefined || one.rest !== other.rest) return true;
  return [...one.columns].some(
    ([name, expression]) => (other.columns.get(name) ?? expression) !== expression,
  );
}

/** What stood in no order before may stand in any, as long as the order does not pick which rows there are. */
function withoutOrder(definition: string): string {
  const picks = /^ SELECT DISTINCT ON|\n {1,3}(LIMIT|OFFSET|FETCH)\b/.test(definition);
  return picks ? definition : definition.replace(/\n {2}ORDER BY [^\n]*;$/, ";");
}

/**
 * A query's columns by name, and the rest of it: PostgreSQL writes each column on a line of its own, four blanks in, up
 * to a line for FROM, three blanks in. Undefined where a column more or less can change which rows there are.
 */
function parts(definition: string, names: readonly ColumnFacts[]) {
  const text = definition.replace(/;\s*$/, "");
  if (!/^ SELECT (?!DISTINCT)/.test(text) || /\b(UNION|INTERSECT|EXCEPT)\b/.test(text)) return undefined;
  const from = text.search(/\n {3}FROM /);
  const selected = from === -1 ? text : text.slice(0, from);
  const expressions = selected.replace(/^ SELECT /, "").split(/,\n {4}(?! )/);
  if (expressions.length !== names.length) return undefined;
  const columns = new Map(names.map(({ name }, place) => [name, expressions[place] ?? ""]));
  return { columns, rest: from === -1 ? "" : text.slice(from) };
}

/** A security barrier only keeps conditions of others from being asked first. */
const optionsOf = ({ options }: RelationFacts) =>
  [...(options ?? [])]
    .filter((option) => !option.startsWith("security_barrier="))
    .sort()
    .join(", ");

import type { TypeFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed, plain, short, written } from "./words";

/** A domain under the same name: its base, what it forbids, what it fills in. */
export function compareDomain(before: TypeFacts, after: TypeFacts): StructuralFinding[] {
  const object = { kind: "type", schema: before.schema, name: before.name } as const;
  const name = written(before);
  if (before.baseText !== after.baseText)
    return [
      structuralFinding(
        "type-redefined",
        object,
        `${name} is over ${plain(after.baseText ?? "")}, before over ${plain(before.baseText ?? "")}; release code that builds or reads its values gets an error.`,
      ),
    ];
  const findings: StructuralFinding[] = [];
  const come = definitionsBeyond(after, before);
  const gone = definitionsBeyond(before, after);
  if (come.length > 0)
    findings.push(
      structuralFinding(
        "domain-narrowed",
        object,
        `${name} has a new ${listed(come)}; release code that writes what it forbids gets an error.`,
      ),
    );
  if (gone.length > 0)
    findings.push(
      structuralFinding(
        "domain-widened",
        object,
        `${name} has no ${listed(gone)} any more; release code can read what it used to forbid.`,
      ),
    );
  if (after.notNull && !before.notNull)
    findings.push(
      structuralFinding(
        "domain-not-null-set",
        object,
        `${name} can't be NULL any more; release code that leaves such a column out gets an error.`,
      ),
    );
  if (before.notNull && !after.notNull)
    findings.push(
      structuralFinding(
        "domain-widened",
        object,
        `${name} may be NULL now; release code can read a NULL that it never expected.`,
      ),
    );
  if (before.expression !== after.expression)
    findings.push(
      structuralFinding(
        "domain-default-changed",
        object,
        `${name} has the default ${after.expression ?? "none"}, before ${before.expression ?? "none"}.`,
      ),
    );
  return findings;
}

function definitionsBeyond(one: TypeFacts, other: TypeFacts): string[] {
  const essence = (type: TypeFacts) =>
    (type.constraints ?? []).map(({ definition }) => short(definition.replace(/ NOT VALID$/, "")));
  const others = essence(other);
  return essence(one).filter((definition) => !others.includes(definition));
}

import { keyed, nameKey, type Catalog, type Sides } from "./catalog";
import { compareDomain } from "./domains";
import type { TypeFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed, plain, written } from "./words";

/** Enums, domains, composite types and ranges that migrations made. */
export function compareTypes(sides: Sides): StructuralFinding[] {
  const { before, after } = sides;
  const news = after.facts.types.filter(({ own }) => own);
  const byName = keyed(news, nameKey);
  return before.facts.types
    .filter(({ own }) => own)
    .flatMap((old) => {
      const found = byName.get(nameKey(old));
      if (found !== undefined) return changedOrRecreated(old, found, sides);
      // A multirange comes and goes with its range, and is named with it.
      if (old.kind === "m") return [];
      const same = after.type(old.oid);
      return same === undefined
        ? structuralFinding(
            "type-dropped",
            typeName(old),
            `The type ${written(old)} is gone; release code that names it gets an error.`,
          )
        : structuralFinding(
            "type-renamed",
            typeName(old),
            `The type ${written(old)} is called ${written(same)} now; release code that names it gets an error.`,
            { remedy: `Move or rename ${written(same)} back to ${written(old)}.` },
          );
    });
}

const typeName = ({ schema, name }: TypeFacts) => ({ kind: "type", schema, name }) as const;

function changedOrRecreated(before: TypeFacts, after: TypeFacts, sides: Sides): StructuralFinding[] {
  const findings = changed(before, after, sides);
  // A domain's values are sent as its base's.
  if (findings.length > 0 || before.oid === after.oid || before.kind === "d" || before.kind === "m")
    return findings;
  return [
    structuralFinding(
      "type-recreated",
      typeName(before),
      `The type ${written(before)} was made anew; what remembers the old one by its number gets an error.`,
    ),
  ];
}

function changed(before: TypeFacts, after: TypeFacts, sides: Sides): StructuralFinding[] {
  if (before.kind !== after.kind)
    return [redefined(before, `${written(before)} is ${kinds[after.kind]}, before ${kinds[before.kind]}`)];
  switch (before.kind) {
    case "e":
      return enumFindings(before, after);
    case "d":
      return compareDomain(before, after);
    case "c":
      return compositeFindings(before, after, sides);
    case "r":
      return before.subtype === after.subtype
        ? []
        : [
            redefined(
              before,
              `${written(before)} is a range of ${plain(after.subtype ?? "")}, before of ${plain(before.subtype ?? "")}`,
            ),
          ];
    case "b":
    case "m":
    case "p":
      return [];
  }
}

const kinds: Record<TypeFacts["kind"], string> = {
  b: "a base type",
  c: "a composite type",
  d: "a domain",
  e: "an enum",
  r: "a range",
  m: "a multirange",
  p: "a shell",
};

function redefined(before: TypeFacts, what: string): StructuralFinding {
  return structuralFinding(
    "type-redefined",
    typeName(before),
    `${what}; release code that builds or reads its values gets an error.`,
  );
}

function enumFindings(before: TypeFacts, after: TypeFacts): StructuralFinding[] {
  const olds = before.labels ?? [];
  const news = after.labels ?? [];
  const labelsNow = new Set(news.map(([, label]) => label));
  const labelsThen = new Set(olds.map(([, label]) => label));
  const byOid = new Map(news);
  const value = (label: string) =>
    ({ kind: "enumValue", schema: before.schema, name: before.name, part: label }) as const;
  const findings = olds
    .filter(([, label]) => !labelsNow.has(label))
    .map(([oid, label]) => {
      const now = byOid.get(oid);
      return now === undefined
        ? structuralFinding(
            "enum-value-dropped",
            value(label),
            `${written(before)} has no value '${label}' any more; release code that writes or compares it gets an error.`,
            {
              remedy: `ALTER TYPE ${written(before)} ADD VALUE '${label}'.`,
            },
          )
        : structuralFinding(
            "enum-value-renamed",
            value(label),
            `The value '${label}' of ${written(before)} is '${now}' now; release code that writes or compares it gets an error.`,
            {
              remedy: `ALTER TYPE ${written(before)} RENAME VALUE '${now}' TO '${label}'.`,
            },
          );
    });
  const renamedTo = new Set(
    olds.flatMap(([oid, label]) => (labelsNow.has(label) ? [] : (byOid.get(oid) ?? []))),
  );
  for (const [, label] of news)
    if (!labelsThen.has(label) && !renamedTo.has(label))
      findings.push(
        structuralFinding(
          "enum-value-added",
          value(label),
          `${written(before)} has the new value '${label}'; release code can read a value that it doesn't know.`,
        ),
      );
  const order = (labels: TypeFacts["labels"], others: Set<string>) =>
    (labels ?? []).map(([, label]) => label).filter((label) => others.has(label));
  const now = order(news, labelsThen);
  if (order(olds, labelsNow).some((label, place) => now[place] !== label))
    findings.push(
      structuralFinding(
        "enum-order-changed",
        typeName(before),
        `${written(before)} is sorted ${listed(now)}, before ${listed(order(olds, labelsNow))}.`,
      ),
    );
  return findings;
}

function compositeFindings(before: TypeFacts, after: TypeFacts, sides: Sides): StructuralFinding[] {
  const attributes = (type: TypeFacts, side: Sides["before"]) =>
    side.columnsOf(type.relation).map(({ name, typeText }) => `${name} ${plain(typeText)}`);
  const olds = attributes(before, sides.before);
  const news = attributes(after, sides.after);
  if (olds.every((attribute, place) => news[place] === attribute)) {
    if (olds.length === news.length) return [];
    return [
      structuralFinding(
        "type-extended",
        typeName(before),
        `${written(before)} has more attributes, ${listed(news.slice(olds.length))}; values written without them are refused.`,
      ),
    ];
  }
  const gone = before.oid === after.oid ? goneAttributes(before, after, sides) : [];
  const change = `${written(before)} is (${listed(news)}), before (${listed(olds)})`;
  if (gone.length === 0 || !isStored(before, sides.before)) return [redefined(before, change)];
  return [
    structuralFinding(
      "type-attribute-dropped",
      typeName(before),
      `${change}; the values of ${listed(gone)} are gone.`,
    ),
  ];
}

function goneAttributes(before: TypeFacts, after: TypeFacts, sides: Sides): string[] {
  const numbers = new Set(sides.after.columnsOf(after.relation).map(({ number }) => number));
  return sides.before
    .columnsOf(before.relation)
    .flatMap(({ number, name }) => (numbers.has(number) ? [] : [name]));
}

/** Whether a table has a column of the type, or of a list of it. */
function isStored({ oid }: TypeFacts, catalog: Catalog): boolean {
  return catalog.facts.columns.some(({ type }) => type === oid || catalog.type(type)?.element === oid);
}

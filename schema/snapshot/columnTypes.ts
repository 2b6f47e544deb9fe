import type { Catalog, Sides } from "./catalog";
import type { ColumnFacts, TypeFacts } from "./snapshot";
import { typeChange, type ComparedType, type TypeChange } from "./typeChange";

/** What the change of a column's type means, domains and arrays taken into account. */
export function columnTypeChange(before: ColumnFacts, after: ColumnFacts, sides: Sides): TypeChange {
  const unchanged =
    before.typmod === after.typmod && (before.type === after.type || before.typeText === after.typeText);
  if (unchanged) return "same";
  const one = resolved(before, sides.before);
  const other = resolved(after, sides.after);
  const change = typeChange(one.type, other.type);
  if (change !== "same") return change;
  const domains = domainsOf(one.domains, other.domains);
  return domains;
}

/** A domain over the same base only matters by what it forbids. */
function domainsOf(before: readonly TypeFacts[], after: readonly TypeFacts[]): TypeChange {
  const forbidden = (domains: readonly TypeFacts[]) =>
    domains.flatMap(({ constraints }) => (constraints ?? []).map(({ definition }) => definition)).sort();
  const one = forbidden(before);
  const other = forbidden(after);
  if (other.some((definition) => !one.includes(definition))) return "narrowed";
  return one.some((definition) => !other.includes(definition)) ? "widened" : "same";
}

interface Resolved {
  type: ComparedType;
  domains: TypeFacts[];
}

function resolved({ type, typmod, typeText }: ColumnFacts, catalog: Catalog): Resolved {
  const domains: TypeFacts[] = [];
  let array = false;
  let facts = catalog.type(type);
  let modifier = typmod;
  for (;;) {
    if (facts === undefined) return { type: { name: typeText, typmod: -1, array }, domains };
    if (facts.kind === "d") {
      domains.push(facts);
      modifier = facts.typmod;
      facts = catalog.type(facts.base);
    } else if (facts.element !== 0) {
      array = true;
      facts = catalog.type(facts.element);
    } else break;
  }
  const ofSystem = facts.schema === "pg_catalog" || facts.extension;
  const name = ofSystem ? facts.name : `${facts.schema}.${facts.name}`;
  return { type: { name, typmod: modifier, array }, domains };
}

/** How a column behaves when it is left out or set to NULL, its domains included. */
export interface Filling {
  notNull: boolean;
  /** The default's expression; undefined without one, and for a generated column. */
  fallback: string | undefined;
  identity: "a" | "d" | "";
  generated: boolean;
  /** Whether something fills it when it is left out. */
  filled: boolean;
}

export function fillingOf(column: ColumnFacts, catalog: Catalog): Filling {
  const domains = [...domainChain(column.type, catalog)];
  const generated = column.generated !== "";
  const fallback = generated
    ? undefined
    : (column.expression ?? domains.find(({ expression }) => expression !== null)?.expression ?? undefined);
  return {
    notNull: column.notNull || domains.some(({ notNull }) => notNull),
    // DEFAULT NULL fills nothing.
    fallback: fallback !== undefined && /^NULL(::|$)/.test(fallback) ? undefined : fallback,
    identity: column.identity,
    generated,
    filled: generated || column.identity !== "" || (fallback !== undefined && !/^NULL(::|$)/.test(fallback)),
  };
}

/** A default that gives another value to each row. */
const givesOthers = /\b(nextval|gen_random_uuid|uuid_generate_v\d\w*|uuidv[47])\(/;

/** What a column holds in rows of old code that leaves it out. */
export type LeftOut = "NULL" | "one value" | "another each time" | "unknown";

export function leftOut(column: ColumnFacts, catalog: Catalog): LeftOut {
  const { filled, fallback, identity, notNull } = fillingOf(column, catalog);
  if (identity !== "") return "another each time";
  if (!filled) return notNull ? "unknown" : "NULL";
  if (fallback === undefined) return "unknown";
  return givesOthers.test(fallback) ? "another each time" : fallback.includes("(") ? "unknown" : "one value";
}

function* domainChain(oid: number, catalog: Catalog): Generator<TypeFacts> {
  for (let type = catalog.type(oid); type?.kind === "d"; type = catalog.type(type.base)) yield type;
}

import { Catalog, type Sides } from "./catalog";
import { compareColumns } from "./columns";
import { compareComputed } from "./computed";
import { compareConstraints } from "./constraints";
import { comparePrivilegesOnAll } from "./guarded";
import {
  compareCasts,
  compareExtensions,
  compareLookups,
  compareOperators,
  compareRoles,
  compareSchemas,
} from "./named";
import { compareLogins } from "./logins";
import { compareRelations, pairsOf } from "./relations";
import { compareRoutines } from "./routines";
import { compareRowSecurity } from "./rowSecurity";
import { compareSequences } from "./sequences";
import { compareSettings } from "./sessionSettings";
import { compareNames } from "./shadowing";
import type { Snapshot } from "./snapshot";
import type { StructuralFinding } from "./structuralFinding";
import { compareEventTriggers, compareTriggers } from "./triggers";
import { compareTypes } from "./types";
import { compareUniqueness } from "./uniqueness";
import { compareView } from "./views";

/**
 * What code that was written for one schema meets in another: the net effect, whatever led there.
 * @param before of a database
 * @param after of the very same database, since oids and column numbers tell a rename from a drop
 * @param beside what else is known: the role that old code logs in as makes milder what only others meet, and a parser
 * what a trigger's function is seen to do without harm
 */
export function compareSnapshots(
  before: Snapshot,
  after: Snapshot,
  beside: Pick<Sides, "role" | "parser"> = {},
): StructuralFinding[] {
  const sides: Sides = { before: new Catalog(before), after: new Catalog(after), ...beside };
  const pairs = pairsOf(sides);
  const findings = [
    ...compareSchemas(sides),
    ...compareRelations(sides),
    ...pairs.flatMap((pair) => [
      ...compareColumns(pair, sides),
      ...compareView(pair, sides),
      ...compareComputed(pair, sides),
      ...compareConstraints(pair, sides),
      ...compareUniqueness(pair, sides),
      ...compareTriggers(pair, sides),
      ...compareRowSecurity(pair, sides),
    ]),
    ...compareSequences(sides),
    ...compareTypes(sides),
    ...compareRoutines(sides),
    ...compareEventTriggers(sides),
    ...compareOperators(sides),
    ...compareCasts(sides),
    ...compareLookups(sides),
    ...compareExtensions(sides),
    ...compareRoles(sides),
    ...compareLogins(sides),
    ...comparePrivilegesOnAll(sides),
    ...compareSettings(sides),
    ...compareNames(sides),
  ];
  return withoutEchoes(findings, sides);
}

/** A partition does what its parent does; told once, of the parent. */
function withoutEchoes(findings: readonly StructuralFinding[], { before }: Sides): StructuralFinding[] {
  const key = (rule: string, schema = "", name = "", part = "") => [rule, schema, name, part].join("\u0000");
  const told = new Set(
    findings.map(({ rule, object }) => key(rule, object.schema, object.name, object.part)),
  );
  const isEcho = ({ rule, object }: StructuralFinding): boolean => {
    if (object.kind !== "column" && rule !== "columns-added" && rule !== "column-order-changed") return false;
    const relation = before.relationNamed({ schema: object.schema ?? "", name: object.name });
    return (relation?.parents ?? []).some((oid) => {
      const parent = before.relation(oid);
      return parent !== undefined && told.has(key(rule, parent.schema, parent.name, object.part));
    });
  };
  return findings.filter((finding) => !isEcho(finding));
}

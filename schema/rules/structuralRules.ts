import { accessRules } from "./accessRules";
import { columnRules } from "./columnRules";
import { constraintRules } from "./constraintRules";
import { relationRules } from "./relationRules";
import { routineRules } from "./routineRules";
import type { Rule } from "./rule";
import { typeRules } from "./typeRules";

const all = [
  ...relationRules,
  ...columnRules,
  ...constraintRules,
  ...routineRules,
  ...typeRules,
  ...accessRules,
] as const;

/** A rule that two snapshots of the catalogs can show. */
export type StructuralRuleId = (typeof all)[number]["id"];

/** What the comparison of two snapshots can find, by what it is about. */
export const structuralRules: readonly Rule[] = all;

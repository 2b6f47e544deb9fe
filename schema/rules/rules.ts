import { dataRules } from "./dataRules";
import type { Rule } from "./rule";
import { structuralRules } from "./structuralRules";
import { trialRules } from "./trialRules";

/** All rules, in the order of the documentation. */
export const rules: readonly Rule[] = [...structuralRules, ...dataRules, ...trialRules];

const byId = new Map(rules.map((rule) => [rule.id, rule]));

/** @throws Error for an id that no rule has */
export function ruleOf(id: string): Rule {
  const rule = byId.get(id);
  if (rule === undefined) throw new Error(`there is no schema rule ${id}`);
  return rule;
}

import type { ObjectName } from "../objectName";
import { ruleOf } from "../rules/rules";
import type { StructuralRuleId } from "../rules/structuralRules";
import type { Verdict } from "../verdict";

/** What two snapshots of one database, or trials on it, show. */
export interface StructuralFinding {
  /** Identity of the rule, as `docs/schema-rules.md` lists it. */
  rule: string;
  verdict: Verdict;
  object: ObjectName;
  /** What old code meets, in a sentence that names both sides. */
  reason: string;
  /** What to do about it, in a sentence. */
  remedy: string;
  /**
   * The relation whose trials settle it: where every ordinary statement on it still runs and its rows are still read
   * alike, the finding is replaced by `otherwise`, or falls away when that is undefined.
   */
  settledByTrial?: {
    relation: { schema: string; name: string };
    otherwise?: { rule: string; verdict: Verdict; reason: string };
  };
  /** It falls away where a table that the gap made holds each of these values, written as text, in one column. */
  unless?: Holding;
}

interface Holding {
  relation: { schema: string; name: string };
  column: string;
  values: readonly string[];
}

interface Beyond {
  /** @default the rule's */
  remedy?: string;
  settledByTrial?: {
    relation: { schema: string; name: string };
    otherwise?: { rule: StructuralRuleId; reason: string };
  };
  unless?: Holding | undefined;
}

/** A finding with the rule's verdict and, unless given, its remedy. */
export function structuralFinding(
  id: StructuralRuleId,
  object: ObjectName,
  reason: string,
  { remedy, settledByTrial, unless }: Beyond = {},
): StructuralFinding {
  const rule = ruleOf(id);
  const finding = {
    rule: id,
    verdict: rule.verdict,
    object,
    reason,
    remedy: remedy ?? rule.remedy,
    ...(unless && { unless }),
  };
  if (settledByTrial === undefined) return finding;
  const { relation, otherwise } = settledByTrial;
  return {
    ...finding,
    settledByTrial: {
      relation,
      ...(otherwise && { otherwise: { ...otherwise, verdict: ruleOf(otherwise.rule).verdict } }),
    },
  };
}

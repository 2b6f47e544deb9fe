import type { ObjectName } from "../objectName";
import type { Verdict } from "../verdict";
import type { Relation, Schema } from "./model";
import type { Ahead } from "./replay";

/** A difference between the two models that old code can meet. */
export interface ModelFinding {
  rule: string;
  verdict: Verdict;
  object: ObjectName;
  reason: string;
  remedy?: string;
}

/** Both models, and what the gap did beside them. */
export interface Comparison {
  before: Schema;
  after: Schema;
  ahead: Ahead;
}

export function ofRelation({ schema, name, kind }: Relation, part?: string): ObjectName {
  if (part !== undefined) return { kind: "column", schema, name, part };
  return { kind: kind === "sequence" ? "sequence" : "relation", schema, name };
}

/** A name for sentences, without the schema `public`. */
export function spoken({ schema, name }: { schema: string; name: string }): string {
  return schema === "public" ? name : `${schema}.${name}`;
}

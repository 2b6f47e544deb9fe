import type { Parser } from "../static/parser";
import type {
  ColumnFacts,
  ConstraintFacts,
  IndexFacts,
  PolicyFacts,
  RelationFacts,
  RewriteRuleFacts,
  RoleFacts,
  Snapshot,
  TriggerFacts,
  TypeFacts,
} from "./snapshot";

/** One snapshot, to be looked things up in. */
export class Catalog {
  private readonly relationsByName: Map<string, RelationFacts>;
  private readonly relationsByOid: Map<number, RelationFacts>;
  private readonly types: Map<number, TypeFacts>;
  private readonly roles: Map<number, RoleFacts>;
  private readonly columns: Map<number, ColumnFacts[]>;
  private readonly constraints: Map<number, ConstraintFacts[]>;
  private readonly indexes: Map<number, IndexFacts[]>;
  private readonly triggers: Map<number, TriggerFacts[]>;
  private readonly rewriteRules: Map<number, RewriteRuleFacts[]>;
  private readonly policies: Map<number, PolicyFacts[]>;

  constructor(readonly facts: Snapshot) {
    this.relationsByName = new Map(facts.relations.map((relation) => [nameKey(relation), relation]));
    this.relationsByOid = new Map(facts.relations.map((relation) => [relation.oid, relation]));
    this.types = new Map(facts.types.map((type) => [type.oid, type]));
    this.roles = new Map(facts.roles.map((role) => [role.oid, role]));
    this.columns = byRelation(facts.columns);
    this.constraints = byRelation(facts.constraints);
    this.indexes = byRelation(facts.indexes);
    this.triggers = byRelation(facts.triggers);
    this.rewriteRules = byRelation(facts.rewriteRules);
    this.policies = byRelation(facts.policies);
  }

  /** The relation under a name, whatever its kind. */
  relationNamed(name: { schema: string; name: string }): RelationFacts | undefined {
    return this.relationsByName.get(nameKey(name));
  }

  relation(oid: number): RelationFacts | undefined {
    return this.relationsByOid.get(oid);
  }

  type(oid: number): TypeFacts | undefined {
    return this.types.get(oid);
  }

  role(oid: number): RoleFacts | undefined {
    return this.roles.get(oid);
  }

  /** By a relation's oid, or a composite type's, in their order. */
  columnsOf(relation: number): readonly ColumnFacts[] {
    return this.columns.get(relation) ?? [];
  }

  constraintsOf(relation: number): readonly ConstraintFacts[] {
    return this.constraints.get(relation) ?? [];
  }

  indexesOf(relation: number): readonly IndexFacts[] {
    return this.indexes.get(relation) ?? [];
  }

  uniqueIndexesOf(relation: number): readonly IndexFacts[] {
    return this.indexesOf(relation).filter(({ unique }) => unique);
  }

  triggersOf(relation: number): readonly TriggerFacts[] {
    return this.triggers.get(relation) ?? [];
  }

  rewriteRulesOf(relation: number): readonly RewriteRuleFacts[] {
    return this.rewriteRules.get(relation) ?? [];
  }

  policiesOf(relation: number): readonly PolicyFacts[] {
    return this.policies.get(relation) ?? [];
  }
}

/** One database before and after a gap. */
export interface Sides {
  before: Catalog;
  after: Catalog;
  /** The role that old code logs in as; undefined where nobody said. */
  role?: string | undefined;
  /** Reads what functions do; without it nothing is known of that. */
  parser?: Parser | undefined;
}

/** What identifies a name within a schema. */
export function nameKey({ schema, name }: { schema: string; name: string }): string {
  return `${schema}\u0000${name}`;
}

/** By key; the later one of two wins. */
export function keyed<Fact>(facts: readonly Fact[], key: (fact: Fact) => string): Map<string, Fact> {
  return new Map(facts.map((fact) => [key(fact), fact]));
}

function byRelation<Fact extends { relation: number }>(facts: readonly Fact[]): Map<number, Fact[]> {
  const groups = new Map<number, Fact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.relation);
    if (group === undefined) groups.set(fact.relation, [fact]);
    else group.push(fact);
  }
  return groups;
}

import type { Name, TypeReference } from "./nodes";
import type { Statement } from "./statement";

/** A light model of a database's schema: as much of the catalogs as old code can meet. */
export interface Column {
  /** Stays the same through renames, in both models. */
  id: number;
  name: string;
  type: TypeReference;
  notNull: boolean;
  /** A digest of the expression; undefined for none. */
  default: string | undefined;
  /** A digest of its COLLATE; undefined for the type's own. */
  collation: string | undefined;
  identity: "always" | "by default" | undefined;
  generated: boolean;
  /** Made up because a statement named it, not because its creation was read. */
  assumed: boolean;
}

export interface TableConstraint {
  id: number;
  name: string;
  kind: "primary key" | "unique" | "check" | "foreign key" | "exclusion";
  columns: readonly number[];
  /** The relation that a foreign key points at. */
  target?: number | undefined;
  /** Whether rows of a foreign key go or change with those that they refer to. */
  follows: boolean;
  validated: boolean;
  /** What is checked, as a digest: two with the same are alike. */
  definition: string;
}

export interface Trigger {
  id: number;
  name: string;
  function: Name;
  events: readonly ("insert" | "update" | "delete" | "truncate")[];
  /** Names of columns whose update it waits for; empty for any. */
  of: readonly string[];
  enabled: boolean;
  /** All that its statement says, as a digest. */
  definition: string;
}

export type RelationKind =
  "table" | "view" | "materialized view" | "sequence" | "foreign table" | "composite";

export interface Relation {
  id: number;
  schema: string;
  name: string;
  kind: RelationKind;
  columns: Column[];
  constraints: TableConstraint[];
  triggers: Trigger[];
  policies: Map<string, string>;
  /** Rewrite rules by name, as digests. */
  rules: Map<string, string>;
  rowSecurity: boolean;
  forced: boolean;
  /** Privileges by role. */
  grants: Map<string, Set<string>>;
  /** Parents by inheritance, or the table whose partition it is. */
  parents: number[];
  partition: boolean;
  /** Of a view or a materialized view: its query as a digest, and what it reads. */
  definition: string | undefined;
  reads: ReadSet | undefined;
  /** The column of a table that owns a sequence. */
  ownedBy: number | undefined;
  /** The table of that column. */
  owner: number | undefined;
  assumed: boolean;
  temporary: boolean;
}

export interface ReadSet {
  relations: ReadonlySet<number>;
  columns: ReadonlySet<number>;
  /** For a view whose columns are those of one relation: the relation, and its column by view column. */
  base: { relation: number; columns: ReadonlyMap<string, number>; filtered: boolean } | undefined;
}

export interface Index {
  id: number;
  schema: string;
  name: string;
  relation: number;
  unique: boolean;
  columns: readonly number[];
  definition: string;
}

export interface Routine {
  id: number;
  schema: string;
  name: string;
  /** Types of the arguments that a call gives. */
  args: readonly string[];
  required: number;
  /** Return type and out parameters as a digest. */
  returns: string;
  /** Everything else as a digest. */
  definition: string;
  language: string;
  /** The statement that defined it, in whose tree and text the body is. */
  source: Statement;
  grants: Map<string, Set<string>>;
}

export interface UserType {
  id: number;
  schema: string;
  name: string;
  kind: "enum" | "composite" | "domain" | "other";
  /** Labels of an enum by their identity, in order. */
  values: { id: number; label: string }[];
  attributes: { name: string; type: string }[];
  constraints: Map<string, string>;
  notNull: boolean;
  definition: string;
}

let lastId = 0;
export function newId(): number {
  lastId += 1;
  return lastId;
}

const key = (schema: string, name: string) => `${schema}\0${name}`;

/** All of them, by identity and by name. */
class Registry<Thing extends { id: number; schema: string; name: string }> {
  readonly byId = new Map<number, Thing>();
  private readonly byName = new Map<string, Thing>();

  add(thing: Thing): Thing {
    this.byId.set(thing.id, thing);
    this.byName.set(key(thing.schema, thing.name), thing);
    return thing;
  }
  at(schema: string, name: string): Thing | undefined {
    return this.byName.get(key(schema, name));
  }
  remove(thing: Thing): void {
    this.byId.delete(thing.id);
    if (this.at(thing.schema, thing.name) === thing) this.byName.delete(key(thing.schema, thing.name));
  }
  move(thing: Thing, schema: string, name: string): void {
    this.remove(thing);
    thing.schema = schema;
    thing.name = name;
    this.add(thing);
  }
  all(): IterableIterator<Thing> {
    return this.byId.values();
  }
}

class Indexes extends Registry<Index> {
  private readonly byRelation = new Map<number, Set<Index>>();

  override add(index: Index): Index {
    const own = this.byRelation.get(index.relation) ?? new Set();
    this.byRelation.set(index.relation, own.add(index));
    return super.add(index);
  }
  override remove(index: Index): void {
    this.byRelation.get(index.relation)?.delete(index);
    super.remove(index);
  }
  of(relation: number): Index[] {
    return [...(this.byRelation.get(relation) ?? [])];
  }
}

export class Schema {
  readonly relations = new Registry<Relation>();
  readonly indexes = new Indexes();
  readonly types = new Registry<UserType>();
  readonly routines = new Map<number, Routine>();
  readonly schemas = new Map<string, { id: number; grants: Map<string, Set<string>> }>([
    ["public", { id: 0, grants: new Map([["public", new Set(["usage"])]]) }],
  ]);
  /** Privileges on the database, by role. */
  readonly database = new Map<string, Set<string>>([["public", new Set(["connect", "temporary"])]]);
  /** What has no model of its own, such as extensions, operators and aggregates, as `kind name`. */
  readonly others = new Set<string>();
  private readonly dependents = new Map<number, Set<number>>();
  private readonly routinesByName = new Map<string, Set<Routine>>();

  /** Remembers that a relation depends on a relation or a column: as its view, child, sequence or by a foreign key. */
  link(on: number, dependent: Relation): void {
    const known = this.dependents.get(on) ?? new Set();
    this.dependents.set(on, known.add(dependent.id));
  }
  /** Relations that depend on it, or did once. */
  linked(...on: readonly number[]): Relation[] {
    const ids = new Set(on.flatMap((one) => [...(this.dependents.get(one) ?? [])]));
    return [...ids].flatMap((id) => this.relations.byId.get(id) ?? []);
  }
  childrenOf(parent: Relation): Relation[] {
    return this.linked(parent.id).filter(({ parents }) => parents.includes(parent.id));
  }

  addRoutine(routine: Routine): void {
    this.routines.set(routine.id, routine);
    const name = key(routine.schema, routine.name);
    const named = this.routinesByName.get(name) ?? new Set();
    named.add(routine);
    this.routinesByName.set(name, named);
  }
  removeRoutine(routine: Routine): void {
    this.routines.delete(routine.id);
    this.routinesByName.get(key(routine.schema, routine.name))?.delete(routine);
  }
  routinesAt(schema: string, name: string): Routine[] {
    return [...(this.routinesByName.get(key(schema, name)) ?? [])];
  }

  /** Copies what can change; digests, names and trees are shared. */
  clone(): Schema {
    const copy = new Schema();
    for (const relation of this.relations.all()) copy.relations.add(cloneRelation(relation));
    for (const index of this.indexes.all()) copy.indexes.add({ ...index });
    for (const type of this.types.all())
      copy.types.add({
        ...type,
        values: type.values.map((value) => ({ ...value })),
        attributes: type.attributes.map((attribute) => ({ ...attribute })),
        constraints: new Map(type.constraints),
      });
    for (const routine of this.routines.values())
      copy.addRoutine({ ...routine, grants: cloneGrants(routine.grants) });
    copy.schemas.clear();
    for (const [name, { id, grants }] of this.schemas)
      copy.schemas.set(name, { id, grants: cloneGrants(grants) });
    for (const [role, privileges] of cloneGrants(this.database)) copy.database.set(role, privileges);
    for (const [on, ids] of this.dependents) copy.dependents.set(on, new Set(ids));
    for (const other of this.others) copy.others.add(other);
    return copy;
  }
}

export function cloneRelation(relation: Relation): Relation {
  return {
    ...relation,
    columns: relation.columns.map((column) => ({ ...column })),
    constraints: relation.constraints.map((constraint) => ({ ...constraint })),
    triggers: relation.triggers.map((trigger) => ({ ...trigger })),
    policies: new Map(relation.policies),
    rules: new Map(relation.rules),
    grants: cloneGrants(relation.grants),
    parents: [...relation.parents],
  };
}

function cloneGrants(grants: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  return new Map([...grants].map(([role, privileges]) => [role, new Set(privileges)]));
}

export function newRelation(schema: string, name: string, kind: RelationKind, assumed = false): Relation {
  return {
    id: newId(),
    schema,
    name,
    kind,
    columns: [],
    constraints: [],
    triggers: [],
    policies: new Map(),
    rules: new Map(),
    rowSecurity: false,
    forced: false,
    grants: new Map(),
    parents: [],
    partition: false,
    definition: undefined,
    reads: undefined,
    ownedBy: undefined,
    owner: undefined,
    assumed,
    temporary: false,
  };
}

export function newColumn(name: string, type: TypeReference, assumed = false): Column {
  return {
    id: newId(),
    name,
    type,
    notNull: false,
    default: undefined,
    collation: undefined,
    identity: undefined,
    generated: false,
    assumed,
  };
}

export function columnOf(relation: Relation, name: string): Column | undefined {
  return relation.columns.find((column) => column.name === name);
}

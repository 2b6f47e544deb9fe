/** A catalog's rows as old code could meet them; JSON all through. Names and types are written with their schemas. */
export interface Snapshot {
  /** As `server_version_num` gives it: 180006. */
  serverVersion: number;
  /** The search path of a session where nobody set one, as PostgreSQL has it: a scratch server can be set up otherwise. */
  searchPath: string;
  /** The database itself, as a list of one. */
  database: DatabaseFacts[];
  schemas: SchemaFacts[];
  relations: RelationFacts[];
  columns: ColumnFacts[];
  constraints: ConstraintFacts[];
  indexes: IndexFacts[];
  sequences: SequenceFacts[];
  types: TypeFacts[];
  routines: RoutineFacts[];
  triggers: TriggerFacts[];
  rewriteRules: RewriteRuleFacts[];
  policies: PolicyFacts[];
  eventTriggers: EventTriggerFacts[];
  operators: OperatorFacts[];
  /** Text search configurations, dictionaries and collations, which SQL names in texts and clauses. */
  lookups: LookupFacts[];
  casts: CastFacts[];
  extensions: ExtensionFacts[];
  roles: RoleFacts[];
  settings: SettingFacts[];
}

/** Grants in force, as `[role, privilege]`; role 0 is PUBLIC. Null where nothing was ever granted or revoked. */
export type Grants = [role: number, privilege: string][] | null;

interface Named {
  oid: number;
  schema: string;
  name: string;
}

export interface LookupFacts extends Named {
  /** As SQL says it: `text search configuration`. */
  kind: string;
}

interface Owned {
  /** The owning role's oid. */
  owner: number;
  grants: Grants;
}

/** Who may connect. */
export interface DatabaseFacts extends Owned {
  /** Sessions at a time; -1 for any number. */
  connectionLimit: number;
}

export interface SchemaFacts extends Owned {
  oid: number;
  name: string;
}

export interface RelationFacts extends Named, Owned {
  /** Table, partitioned table, foreign table, view, materialized view. */
  kind: "r" | "p" | "f" | "v" | "m";
  persistence: "p" | "u";
  rowSecurity: boolean;
  forcedRowSecurity: boolean;
  populated: boolean;
  options: string[] | null;
  parents: number[] | null;
  partitionBound: string | null;
  /** A view's query, and a digest of its tree, which a rename of what it reads leaves alone. */
  definition: string | null;
  tree: string | null;
  /** 4 for UPDATE, 8 for INSERT, 16 for DELETE; of a table all. */
  writable: number;
}

export interface ColumnFacts {
  /** The relation's oid. */
  relation: number;
  number: number;
  name: string;
  /** The type's oid, and how SQL writes it. */
  type: number;
  typmod: number;
  typeText: string;
  notNull: boolean;
  /** The default's or the generation's expression. */
  expression: string | null;
  /** Always, by default, none. */
  identity: "a" | "d" | "";
  /** Stored, virtual, none. */
  generated: "s" | "v" | "";
  collation: string | null;
  grants: Grants;
  /** Of a view: whether UPDATE can set it. */
  updatable: boolean;
}

export interface ConstraintFacts {
  oid: number;
  relation: number;
  name: string;
  /** Check, foreign key, exclusion. */
  type: "c" | "f" | "x";
  definition: string;
  validated: boolean;
  deferrable: boolean;
  columns: number[] | null;
  references: number;
  /** Whether it comes from a parent table. */
  inherited: boolean;
}

export interface IndexFacts {
  oid: number;
  relation: number;
  schema: string;
  name: string;
  unique: boolean;
  primary: boolean;
  valid: boolean;
  immediate: boolean;
  definition: string;
  /** Key columns; 0 for an expression. */
  columns: number[];
  /** Whether NULLs are distinct from each other, has a predicate. */
  predicate: string | null;
  constraint: string | null;
  inherited: boolean;
}

export interface SequenceFacts extends Named, Owned {
  minimum: string;
  maximum: string;
  increment: string;
  cycles: boolean;
  /** The table and column that own it, or 0. */
  ownerRelation: number;
  ownerColumn: number;
  ofIdentity: boolean;
}

export interface TypeFacts extends Named, Owned {
  /** Base, composite, domain, enum, range, multirange, pseudo. */
  kind: "b" | "c" | "d" | "e" | "r" | "m" | "p";
  /** Made by a migration, not by the system or an extension. */
  own: boolean;
  extension: boolean;
  element: number;
  base: number;
  typmod: number;
  baseText: string | null;
  notNull: boolean;
  expression: string | null;
  labels: [oid: number, label: string][] | null;
  constraints: { name: string; definition: string }[] | null;
  /** Of a composite type: where its attributes stand among the columns. */
  relation: number;
  subtype: string | null;
}

export interface RoutineFacts extends Named, Owned {
  /** Function, procedure, aggregate, window function. */
  kind: "f" | "p" | "a" | "w";
  /** Types of what a call gives. */
  arguments: string[];
  /** The arguments' categories as `pg_type` has them, with `!` after a type that its category prefers. */
  categories: string[];
  argumentNames: string[] | null;
  /** Names and types of what it gives out beside or as its result. */
  outputs: string[] | null;
  defaults: number;
  defaultTexts: string | null;
  variadic: boolean;
  result: string | null;
  volatility: string;
  strict: boolean;
  definer: boolean;
  language: string;
  configuration: string[] | null;
  /** A hash of what it does. */
  body: string;
  /** Whether it seems to ask for whom, or with which settings, it runs, or runs SQL that it puts together. */
  asksWhoCalls: boolean;
  /** What the function of a trigger or an event trigger does, in its own language; null for all other routines. */
  triggerSource: string | null;
}

export interface TriggerFacts {
  oid: number;
  relation: number;
  name: string;
  definition: string;
  enabled: "O" | "A" | "R" | "D";
}

export interface RewriteRuleFacts {
  relation: number;
  name: string;
  definition: string;
  enabled: "O" | "A" | "R" | "D";
}

export interface PolicyFacts {
  relation: number;
  name: string;
  permissive: boolean;
  command: "r" | "a" | "w" | "d" | "*";
  /** Role 0 is PUBLIC. */
  roles: number[];
  using: string | null;
  check: string | null;
}

export interface EventTriggerFacts {
  name: string;
  definition: string;
  /** The routine's oid. */
  function: number;
}

export interface OperatorFacts {
  schema: string;
  name: string;
  operands: string;
  result: string;
}

export interface CastFacts {
  source: string;
  target: string;
  /** Explicit, by assignment, implicit. */
  context: "e" | "a" | "i";
  function: string;
}

export interface ExtensionFacts {
  name: string;
  version: string;
  schema: string;
}

export interface RoleFacts {
  oid: number;
  name: string;
  superuser: boolean;
  bypassesRowSecurity: boolean;
  createsDatabases: boolean;
  createsRoles: boolean;
  replicates: boolean;
  canLogin: boolean;
  /** Sessions at a time; -1 for any number. */
  connectionLimit: number;
  /** When its password stops working, as PostgreSQL writes it; null for never. */
  validUntil: string | null;
  /** Whether that moment is over. */
  expired: boolean;
  /** Tells one password from another, and no more; null for none, and where the session may not see. */
  password: string | null;
  /** Roles whose privileges it has by itself. */
  memberOf: number[] | null;
}

export interface SettingFacts {
  /** Role 0: of the database for all roles. */
  role: number;
  /** Whether it holds in this database only. */
  here: boolean;
  name: string;
  value: string;
}

import type { RangeVar } from "libpg-query";
import type { Aspect, Journal } from "./journal";
import { subject } from "./journal";
import {
  type Column,
  type Relation,
  type RelationKind,
  type Routine,
  type Schema,
  type UserType,
  columnOf,
  newColumn,
  newId,
  newRelation,
  cloneRelation,
} from "./model";
import { type Name, type TypeReference, relationName } from "./nodes";
import type { ModelFinding } from "./modelFinding";
import type { Parser } from "./parser";
import type { SessionDifference } from "./sessions";
import type { Statement } from "./statement";
import type { Verdict } from "../verdict";

/** A change of rows that old code could read. */
export interface Effect {
  rule: "rows-deleted" | "rows-changed" | "table-truncated" | "lossy-cast" | "sequence-restarted";
  verdict: Verdict;
  relation: number;
  column?: number | undefined;
  statement: Statement;
  /** Completes "<object>: …". */
  reason: string;
  /** Whether nothing else goes with it that no statement names, such as rows that refer to the deleted ones. */
  alone: boolean;
  /** Of rows that the same statement put elsewhere: what their values are known by there. */
  moved?: readonly number[];
}

export interface UnreadStatement {
  statement: Statement;
  reason: string;
  /** The SQL, as far as it is known: it tells how grave its effect can be. */
  fragment: string;
}

/**
 * What the ahead statements do beside the model itself. While the shipped ones are replayed there is none: of them only
 * the schema that they lead to matters.
 */
export interface Ahead {
  /** The schema that old code was written for. */
  before: Schema;
  journal: Journal;
  effects: Effect[];
  unread: UnreadStatement[];
  /** Columns by the gap's own column that holds a whole copy of their values. */
  copies: Map<number, Set<number>>;
  /** Those copies, as `copy source`, that were made before anything changed what old code had left. */
  faithful: Set<string>;
  /** Columns of which a value has changed, or went with its row. */
  altered: Set<number>;
  /** Relations that statements of the gap put rows into. */
  filled: Set<number>;
  parser: Parser;
  /** Differences that the models don't hold. */
  differences: ModelFinding[];
  /** What becomes of old code's sessions, each by what it is about. */
  sessions: Map<string, SessionDifference>;
  /** Roles that the gap makes, which old code can't be. */
  madeRoles: Set<string>;
  /** The role that old code logs in as, where that is known. */
  role: string | undefined;
  now: Date;
}

const defaultPath = ["public"];

/** The state of one replay: the model, the session, and the statement under way. */
export class Replay {
  path: readonly string[] = defaultPath;
  /** Routines being called, so that a recursion ends. */
  readonly calls = new Set<number>();
  /** Whether something was left unread, so that more can exist than the model knows. */
  incomplete = false;
  /** The outermost statement's place is kept for what a routine of the shipped schema does. */
  statement!: Statement;

  constructor(
    readonly schema: Schema,
    readonly parser: Parser,
    readonly ahead: Ahead | undefined,
    /** Whether objects that nothing created may exist all the same. */
    readonly assuming: boolean,
    private readonly dispatch: (replay: Replay, node: Statement["node"]) => void,
  ) {}

  /** Applies a statement, or one inside another. */
  run(statement: Statement): void {
    const outer = this.statement;
    this.statement = statement;
    this.dispatch(this, statement.node);
    this.statement = outer;
  }

  /** A file begins with the session's defaults. */
  beginFile(): void {
    this.path = defaultPath;
  }

  note(aspect: Aspect, ...subjects: readonly string[]): void {
    this.ahead?.journal.record(aspect, this.statement, ...subjects);
  }

  unreadable(reason: string, statement: Statement = this.statement, fragment = ""): void {
    this.incomplete = true;
    this.ahead?.unread.push({ statement, reason, fragment });
  }

  /** Where something new is made. */
  target(name: Name, temporary = false): { schema: string; name: string } {
    return { schema: temporary ? "pg_temp" : (name.schema ?? this.path[0] ?? "public"), name: name.name };
  }

  private *candidates(schema: string | undefined): Iterable<string> {
    if (schema !== undefined) {
      yield schema;
      return;
    }
    yield "pg_temp";
    yield* this.path;
    // A path that was emptied, as pg_dump does, is of its own file; what follows means the default one.
    if (!this.path.includes("public")) yield "public";
  }

  find(name: Name): Relation | undefined {
    for (const schema of this.candidates(name.schema)) {
      const found = this.schema.relations.at(schema, name.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  findIndex(name: Name) {
    for (const schema of this.candidates(name.schema)) {
      const found = this.schema.indexes.at(schema, name.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  findType(name: Name): UserType | undefined {
    for (const schema of this.candidates(name.schema)) {
      const found = this.schema.types.at(schema, name.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  findRoutines(name: Name): Routine[] {
    for (const schema of this.candidates(name.schema)) {
      const found = this.schema.routinesAt(schema, name.name);
      if (found.length > 0) return found;
    }
    return [];
  }

  /**
   * The relation that a statement changes. One that nothing created is assumed to have existed in the old schema: the
   * statement names it, and the shipped SQL can be incomplete.
   */
  existing(
    variable: RangeVar | Name | undefined,
    kind: RelationKind = "table",
    missingOk = false,
  ): Relation | undefined {
    if (variable === undefined) return undefined;
    const name = "name" in variable ? variable : relationName(variable);
    const found = this.find(name);
    if (found !== undefined) return found;
    if (missingOk && !this.assuming) return undefined;
    return this.assume(name, kind);
  }

  private assume(name: Name, kind: RelationKind): Relation | undefined {
    if (name.name === "") return undefined;
    const { schema } = this.target(name);
    const relation = newRelation(schema, name.name, kind, true);
    this.ahead?.before.relations.add(cloneRelation(relation));
    return this.schema.relations.add(relation);
  }

  /** A column that a statement names; assumed where its relation is, or could have it from SQL that was not read. */
  column(relation: Relation, name: string, missingOk = false): Column | undefined {
    const found = columnOf(relation, name);
    if (found !== undefined || name === "" || (missingOk && !relation.assumed && !this.assuming))
      return found;
    const column = newColumn(name, { name: "", modifiers: [], array: false }, true);
    const before = this.ahead?.before.relations.byId.get(relation.id);
    if (before !== undefined && columnOf(before, name) === undefined) before.columns.push({ ...column });
    relation.columns.push(column);
    return column;
  }

  /** A reference as the model knows it: a user's type by its identity. */
  resolved(type: TypeReference): TypeReference {
    const known = this.findType(type);
    return known === undefined ? type : { ...type, schema: known.schema, name: known.name, id: known.id };
  }

  /** Whether old code could know it. */
  isOld(relation: Relation): boolean {
    return this.ahead?.before.relations.byId.has(relation.id) ?? false;
  }

  isOldColumn(relation: Relation, column: Column): boolean {
    return (
      this.ahead?.before.relations.byId.get(relation.id)?.columns.some(({ id }) => id === column.id) ?? false
    );
  }

  effect({ alone = true, ...effect }: Omit<Effect, "statement" | "alone"> & { alone?: boolean }): void {
    const { ahead } = this;
    if (ahead === undefined) return;
    ahead.effects.push({ ...effect, alone, statement: this.statement });
    const whole = ahead.before.relations.byId.get(effect.relation)?.columns.map(({ id }) => id) ?? [];
    if (effect.rule !== "sequence-restarted")
      for (const id of effect.column === undefined ? whole : [effect.column]) ahead.altered.add(id);
  }

  noteColumn(aspect: Aspect, relation: Relation, column: Column): void {
    this.note(aspect, subject.column(column.id), subject.relation(relation.id));
  }

  /** A schema by name, made where nothing created it. */
  schemaNamed(name: string): { id: number; grants: Map<string, Set<string>> } {
    const known = this.schema.schemas.get(name);
    if (known !== undefined) return known;
    const made = { id: newId(), grants: new Map<string, Set<string>>() };
    this.schema.schemas.set(name, made);
    this.ahead?.before.schemas.set(name, { id: made.id, grants: new Map() });
    return made;
  }
}

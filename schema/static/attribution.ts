import type { ObjectName } from "../objectName";
import { type Aspect, type Journal, subject } from "./journal";
import { isRequired } from "./compareColumns";
import { type Relation, type Schema, columnOf } from "./model";
import type { Statement } from "./statement";

/** The aspects that a rule is about, tried before all others: the last GRANT is not behind a column's type. */
const aspectsOf: readonly (readonly [RegExp, readonly Aspect[]])[] = [
  [/^(privilege|owner|role|row-security|policy|login|session|setting|search-path)/, ["access"]],
  [/^(type-|collation|lossy)/, ["type"]],
  [/^(default|identity|generat)/, ["default", "created", "columns"]],
  [/^not-null/, ["nullability"]],
  [/^column-added-required/, ["default", "nullability", "columns"]],
  [/(unique|check|foreign-key|exclusion|constraint)/, ["constraint", "renamed"]],
  [/^trigger|^rewrite-rule/, ["trigger"]],
  // A name that was given to something new meanwhile is gone only since that went.
  [/^column-(renamed|dropped)/, ["gone"]],
  [/renamed|swapped/, ["renamed"]],
  [/-dropped|recreated/, ["dropped"]],
  [/^columns-added/, ["columns", "created", "body"]],
  [/^column-order/, ["columns", "dropped", "created"]],
  [/^partition/, ["rows"]],
  [/^(rows|values|table-truncated)/, ["rows", "type"]],
];

/** Finds the statement behind a change by the names that the two schemas give an object. */
export class Attribution {
  constructor(
    private readonly before: Schema,
    private readonly after: Schema,
    private readonly journal: Journal,
  ) {}

  /** @param rule narrows it to statements that can be behind such a finding */
  behind(object: ObjectName, rule = ""): Statement | undefined {
    const levels = [...(rule === "columns-added" ? [this.newColumns(object)] : []), ...this.levels(object)];
    const aspects = aspectsOf.find(([pattern]) => pattern.test(rule))?.[1];
    if (aspects !== undefined)
      for (const keys of levels) {
        const found = this.first(keys, aspects);
        if (found !== undefined) return found;
      }
    // Rows and access come last: they are seldom behind what a catalog shows.
    const structural: Aspect[] = [
      "created",
      "dropped",
      "renamed",
      "columns",
      "type",
      "default",
      "nullability",
      "constraint",
      "trigger",
      "body",
      "other",
    ];
    for (const keys of levels) {
      const found = this.first(keys, structural) ?? this.first(keys);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private first(keys: readonly string[], aspects?: readonly Aspect[]): Statement | undefined {
    for (const key of keys) {
      const found = this.journal.last(key, aspects);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** From the object itself to what it stands in. */
  private levels(object: ObjectName): string[][] {
    const { kind, name, part } = object;
    const schemaName = object.schema ?? "public";
    const relations = [this.before, this.after].flatMap(
      (schema) => schema.relations.at(schemaName, name) ?? [],
    );
    const whole = [
      ...relations.map(({ id }) => subject.relation(id)),
      ...relations.flatMap((relation) => this.related(relation)),
    ];
    const inSchema = [
      ...[this.before, this.after].flatMap((schema) => {
        const found = schema.schemas.get(schemaName);
        return found === undefined ? [] : subject.schema(found.id);
      }),
      subject.named("schema", schemaName),
    ];
    switch (kind) {
      case "schema":
        return [
          [this.before, this.after].flatMap((schema) => {
            const found = schema.schemas.get(name);
            return found === undefined ? [] : subject.schema(found.id);
          }),
          [subject.named("schema", name)],
        ];
      case "column": {
        const columns = relations.flatMap((relation) => columnOf(relation, part ?? "") ?? []);
        const names = relations.map(({ id }) => subject.columnName(id, part ?? ""));
        return [columns.map(({ id }) => subject.column(id)), this.typesOf(columns), names, whole, inSchema];
      }
      case "relation":
      case "sequence":
        return [whole, inSchema];
      case "constraint":
      case "index": {
        const constraints = relations.flatMap((relation) =>
          relation.constraints.filter((one) => one.name === part),
        );
        const indexes = [this.before, this.after].flatMap(
          (schema) => schema.indexes.at(schemaName, part ?? name) ?? [],
        );
        const own = [
          ...constraints.map(({ id }) => subject.constraint(id)),
          ...indexes.map(({ id }) => subject.index(id)),
          ...relations.map(({ id }) => subject.named("constraint", `${id} ${part ?? ""}`)),
          subject.named("index", part ?? name),
        ];
        const columns = constraints.flatMap((constraint) => constraint.columns.map(subject.column));
        return [own, columns, whole, inSchema];
      }
      case "trigger": {
        const triggers = relations.flatMap((relation) =>
          relation.triggers.filter((one) => one.name === part),
        );
        return [triggers.map(({ id }) => subject.trigger(id)), whole, inSchema];
      }
      case "policy":
        return [relations.map(({ id }) => subject.policy(id, part ?? "")), whole, inSchema];
      case "function": {
        const routines = [this.before, this.after].flatMap((schema) => schema.routinesAt(schemaName, name));
        const exact = routines.filter(
          ({ args }) => object.args === undefined || args.join(", ") === object.args,
        );
        return [
          exact.map(({ id }) => subject.routine(id)),
          routines.map(({ id }) => subject.routine(id)),
          [subject.named("function", name)],
          inSchema,
        ];
      }
      case "type":
      case "enumValue": {
        const types = [this.before, this.after].flatMap((schema) => schema.types.at(schemaName, name) ?? []);
        const values = types.flatMap((type) => type.values.filter(({ label }) => label === part));
        return [
          values.map(({ id }) => subject.value(id)),
          types.map(({ id }) => subject.type(id)),
          [subject.named("type", name)],
          whole,
          inSchema,
        ];
      }
      case "extension":
      case "role":
        return [[subject.named(kind, name)]];
      case "other":
        return [[subject.named("other", name), subject.named("database", name)], whole, inSchema];
      default: {
        const never: never = kind;
        return never;
      }
    }
  }

  /** Columns that a relation has more, the last first: one that replaces another under its name is none of them. */
  private newColumns({ schema = "public", name }: ObjectName): string[] {
    const before = this.before.relations.at(schema, name);
    const after = this.after.relations.at(schema, name);
    if (before === undefined || after === undefined) return [];
    const known = new Set(before.columns.flatMap((column) => [column.id, column.name]));
    return after.columns
      .filter((column) => !known.has(column.id) && !known.has(column.name) && !isRequired(column))
      .map(({ id }) => subject.column(id))
      .reverse();
  }

  private typesOf(columns: readonly { type: { id?: number | undefined } }[]): string[] {
    return columns.flatMap(({ type }) => (type.id === undefined ? [] : subject.type(type.id)));
  }

  /** What a relation's change can come from: its owner, its parents, and what a view reads. */
  private related(relation: Relation): string[] {
    const owner = relation.ownedBy === undefined ? [] : [subject.column(relation.ownedBy)];
    const reads = relation.reads;
    return [
      ...owner,
      ...relation.parents.map(subject.relation),
      ...(reads === undefined ? [] : [...reads.columns].map(subject.column)),
      ...(reads === undefined ? [] : [...reads.relations].map(subject.relation)),
    ];
  }
}

/** What a finding or a statement is about, in PostgreSQL's own words and as its catalogs store names. */
export interface ObjectName {
  kind:
    | "schema"
    | "relation"
    | "column"
    | "constraint"
    | "index"
    | "trigger"
    | "policy"
    | "function"
    | "type"
    | "enumValue"
    | "sequence"
    | "extension"
    | "role"
    | "other";
  /** Undefined for what has none, such as an extension or a schema itself. */
  schema?: string;
  /** Of the object itself; of its relation for a column, constraint, index, trigger or policy; of its type for an enum value. */
  name: string;
  /** The column, constraint, index, trigger, policy or enum value. */
  part?: string;
  /** Argument types of a function, as `pg_get_function_identity_arguments` writes them without names: `integer, text`. */
  args?: string;
}

/** As a person writes it: without `public`, the part after a dot, a function with its arguments. */
export function displayName({ kind, schema, name, part, args }: ObjectName): string {
  const own = schema === undefined || schema === "public" ? name : `${schema}.${name}`;
  if (kind === "function") return `${own}(${args ?? ""})`;
  return part === undefined ? own : `${own}.${part}`;
}

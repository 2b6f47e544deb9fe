import type { ColumnRef, Node, RangeVar, TypeName } from "libpg-query";

/** The kinds of node that a tree is made of. */
export type Kind = Extract<
  Node extends infer One ? (One extends unknown ? keyof One : never) : never,
  string
>;
export type Body<K extends string> = Node extends infer One
  ? One extends Record<K, infer B>
    ? B
    : never
  : never;

/** The node's body where it is of that kind. */
export function only<K extends Kind>(node: Node | undefined, kind: K): Body<K> | undefined {
  return node !== undefined && kind in node ? (node as unknown as Record<K, Body<K>>)[kind] : undefined;
}

export function kindOf(node: Node): string {
  for (const kind in node) return kind;
  return "";
}

export function text(node: Node | undefined): string | undefined {
  return only(node, "String")?.sval;
}

/** The strings of a list; what is no string is left out. */
export function texts(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => text(node) ?? []);
}

/** A name as statements write it, of one to three parts. */
export interface Name {
  schema?: string | undefined;
  name: string;
}

export function nameOf(parts: readonly string[]): Name {
  return { schema: parts.at(-2), name: parts.at(-1) ?? "" };
}

/** The name behind DROP's and COMMENT's many shapes of it. */
export function namedBy(node: Node | undefined): Name {
  const list = only(node, "List");
  if (list !== undefined) return nameOf(texts(list.items));
  const type = only(node, "TypeName");
  if (type !== undefined) return nameOf(texts(type.names));
  return nameOf([text(node) ?? ""]);
}

export function relationName(variable: RangeVar | undefined): Name {
  return { schema: variable?.schemaname, name: variable?.relname ?? "" };
}

export function integer(node: Node | undefined): number | undefined {
  const constant = only(node, "A_Const");
  return constant?.ival === undefined ? undefined : (constant.ival.ival ?? 0);
}

/** The string of a literal, also of one that is cast. */
export function literal(node: Node | undefined): string | undefined {
  const cast = only(node, "TypeCast");
  if (cast !== undefined) return literal(cast.arg);
  const constant = only(node, "A_Const");
  return constant?.sval === undefined ? undefined : (constant.sval.sval ?? "");
}

/** The last part of a reference to a column, `undefined` for a star. */
export function referredColumn(reference: ColumnRef): {
  relation?: string | undefined;
  column?: string | undefined;
} {
  const fields = reference.fields ?? [];
  const last = fields.at(-1);
  return { column: text(last), relation: text(fields.at(-2)) };
}

export function optionOf(options: readonly Node[] | undefined, name: string): Node | true | undefined {
  for (const option of options ?? []) {
    const element = only(option, "DefElem");
    if (element?.defname === name) return element.arg ?? true;
  }
  return undefined;
}

/** Visits every node of a tree, a parent before its children; `visit` answers false to leave the children out. */
export function walk(tree: unknown, visit: (kind: string, body: unknown) => boolean | void): void {
  if (Array.isArray(tree)) {
    for (const one of tree) walk(one, visit);
    return;
  }
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, value] of Object.entries(tree as Record<string, unknown>)) {
    if (typeof value !== "object" || value === null) continue;
    if (key.charCodeAt(0) <= 90 && !Array.isArray(value) && visit(key, value) === false) continue;
    walk(value, visit);
  }
}

/** A tree as text that is the same wherever the statement stands. */
export function digest(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) =>
    key === "location" ||
    key === "stmt_location" ||
    key === "stmt_len" ||
    key === "list_start" ||
    key === "list_end"
      ? undefined
      : value,
  );
}

const sqlNames: Record<string, string> = {
  int: "integer",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  bool: "boolean",
  varchar: "character varying",
  bpchar: "character",
  char: "character",
  float4: "real",
  float8: "double precision",
  decimal: "numeric",
  timestamptz: "timestamp with time zone",
  timestamp: "timestamp without time zone",
  timetz: "time with time zone",
  time: "time without time zone",
  varbit: "bit varying",
};

/** A type as a statement names it, in the words of `format_type`. */
export interface TypeReference {
  schema?: string | undefined;
  name: string;
  modifiers: readonly number[];
  array: boolean;
  /** A domain's or enum's identity where the model knows it. */
  id?: number | undefined;
}

export function typeReference(type: TypeName | undefined): TypeReference {
  const parts = texts(type?.names);
  const { schema, name } = nameOf(parts);
  const builtIn = schema === "pg_catalog" || schema === undefined;
  return {
    ...(schema !== undefined && schema !== "pg_catalog" && { schema }),
    name: builtIn ? (sqlNames[name] ?? name) : name,
    modifiers: (type?.typmods ?? []).map((modifier) => integer(modifier) ?? -1),
    array: (type?.arrayBounds ?? []).length > 0,
  };
}

/** As `pg_get_function_identity_arguments` writes it. */
export function typeLabel({ schema, name, array }: TypeReference): string {
  const own = schema === undefined || schema === "public" ? name : `${schema}.${name}`;
  return array ? `${own}[]` : own;
}

import type { DropStmt, Node, TypeName } from "libpg-query";
import { subject } from "./journal";
import { namedBy, only, texts, typeLabel, typeReference } from "./nodes";
import { nameOf } from "./nodes";
import type { Replay } from "./replay";

/** What has no model of its own, by the parser's word for it. */
export const otherKinds: Record<string, string> = {
  OBJECT_EXTENSION: "extension",
  OBJECT_AGGREGATE: "function",
  OBJECT_OPERATOR: "operator",
  OBJECT_CAST: "cast",
  OBJECT_COLLATION: "collation",
  OBJECT_TYPE: "type",
  OBJECT_EVENT_TRIGGER: "event trigger",
};

export function castName(from: TypeName | undefined, to: TypeName | undefined): string {
  return `${typeLabel(typeReference(from))} AS ${typeLabel(typeReference(to))}`;
}

/** DROP of something without a model of its own. */
export function dropOther(replay: Replay, statement: DropStmt, object: Node): void {
  const kind = otherKinds[statement.removeType ?? ""] ?? "other";
  const name = otherName(kind, object);
  const entry = `${kind} ${name}`;
  replay.note("dropped", subject.named(kind === "extension" ? kind : "other", name));
  const known = replay.schema.others.delete(entry);
  if (!known && (statement.missing_ok !== true || replay.assuming)) replay.ahead?.before.others.add(entry);
  // An extension's types take columns along, and its functions whatever calls them; which, its name does not tell.
  if (kind === "extension" && statement.behavior === "DROP_CASCADE")
    replay.ahead?.differences.push({
      rule: "extension-dropped",
      verdict: "destructive",
      object: { kind: "extension", name },
      reason: `With the extension ${name} went all that was made of it, which can be columns.`,
    });
}

function otherName(kind: string, object: Node): string {
  const described = only(object, "ObjectWithArgs");
  if (described !== undefined) return nameOf(texts(described.objname)).name;
  const pair = only(object, "List")?.items;
  if (kind === "cast") return castName(only(pair?.[0], "TypeName"), only(pair?.[1], "TypeName"));
  return namedBy(object).name;
}

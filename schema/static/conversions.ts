import type { Node } from "libpg-query";
import type { Verdict } from "../verdict";
import type { Column } from "./model";
import { type TypeReference, literal, only, referredColumn, texts, typeReference } from "./nodes";
import type { Replay } from "./replay";

/** What a change of type does to the values themselves. */
export interface Loss {
  verdict: Verdict;
  reason: string;
}

/** How a type's values fit into another's: `same` reads alike, `wider` loses nothing, `checked` fails rather than loses. */
export type Fit = "same" | "wider" | "checked" | "converted" | "lossy";

const integers = ["smallint", "integer", "bigint"];
const floats = ["real", "double precision"];
const strings = ["text", "character varying", "character", "citext", "name"];
const moments = ["timestamp with time zone", "timestamp without time zone"];

/** @param explicit whether a cast was written: it cuts a string where an assignment would fail */
export function fit(from: TypeReference, to: TypeReference, explicit: boolean): Fit {
  if (from.name === "") return explicit ? "lossy" : "checked";
  const sameName = from.name === to.name && from.array === to.array && from.schema === to.schema;
  if (sameName && String(from.modifiers) === String(to.modifiers)) return "same";
  if (from.array !== to.array) return to.array ? "checked" : "converted";
  if (strings.includes(to.name)) return intoString(from, to, explicit);
  if (integers.includes(from.name)) return fromInteger(from, to);
  if (from.name === "numeric" && to.name === "numeric") return betweenNumerics(from, to);
  if (from.name === "numeric" || floats.includes(from.name)) return fromFraction(from, to);
  if (moments.includes(from.name) || from.name === "date") return fromMoment(from, to);
  if (from.name === "interval" || from.name.startsWith("time "))
    return sameName && wider(from, to) ? "wider" : "lossy";
  if (from.name === "json" && to.name === "jsonb") return "converted";
  if (from.name === "jsonb" && to.name === "json") return "wider";
  if (from.name.startsWith("bit")) return explicit ? "lossy" : "checked";
  // What PostgreSQL can't read as the other type it refuses, whole.
  return "checked";
}

const wider = (from: TypeReference, to: TypeReference) =>
  to.modifiers[0] === undefined || (from.modifiers[0] !== undefined && to.modifiers[0] >= from.modifiers[0]);

function intoString(from: TypeReference, to: TypeReference, explicit: boolean): Fit {
  const unlimited =
    to.name === "text" ||
    to.name === "citext" ||
    (to.name === "character varying" && to.modifiers[0] === undefined);
  const fits =
    unlimited || (strings.includes(from.name) && from.modifiers[0] !== undefined && wider(from, to));
  if (to.name === "name") return "lossy";
  return fits ? "wider" : explicit ? "lossy" : "checked";
}

function fromInteger(from: TypeReference, to: TypeReference): Fit {
  if (integers.includes(to.name))
    return integers.indexOf(to.name) > integers.indexOf(from.name) ? "wider" : "checked";
  if (to.name === "numeric") return to.modifiers[0] === undefined ? "wider" : "checked";
  if (to.name === "double precision") return from.name === "bigint" ? "lossy" : "wider";
  if (to.name === "real") return from.name === "smallint" ? "wider" : "lossy";
  if (to.name === "boolean") return "lossy";
  return "checked";
}

function betweenNumerics(from: TypeReference, to: TypeReference): Fit {
  if (to.modifiers[0] === undefined) return "wider";
  const scale = (type: TypeReference) => type.modifiers[1] ?? 0;
  if (from.modifiers[0] === undefined || scale(to) < scale(from)) return "lossy";
  return to.modifiers[0] - scale(to) >= from.modifiers[0] - scale(from) ? "wider" : "checked";
}

function fromFraction(from: TypeReference, to: TypeReference): Fit {
  if (from.name === "real" && to.name === "double precision") return "wider";
  if (to.name === "numeric" && to.modifiers[0] === undefined) return "converted";
  // Its fifteen digits hold what a column of so many can.
  const short = from.modifiers[0] !== undefined && from.modifiers[0] <= 15;
  if (from.name === "numeric" && to.name === "double precision" && short) return "converted";
  const whole = from.name === "numeric" && from.modifiers[0] !== undefined && (from.modifiers[1] ?? 0) === 0;
  if (whole && (integers.includes(to.name) || to.name === "numeric")) return "checked";
  return integers.includes(to.name) || to.name === "numeric" || floats.includes(to.name)
    ? "lossy"
    : "checked";
}

function fromMoment(from: TypeReference, to: TypeReference): Fit {
  if (from.name === "date") return moments.includes(to.name) ? "wider" : "checked";
  if (!moments.includes(to.name)) return "lossy";
  const precision = (type: TypeReference) => type.modifiers[0] ?? 6;
  if (precision(to) < precision(from)) return "lossy";
  return from.name === to.name ? "wider" : "converted";
}

/** Functions of one argument from whose result the argument can be had again. */
const reversible = new Set(["to_timestamp", "to_json", "to_jsonb", "timezone"]);

/** What ALTER COLUMN … TYPE … USING does to the values of a column; undefined where each can still be told. */
export function lossOf(
  replay: Replay,
  column: Column,
  to: TypeReference,
  using: Node | undefined,
): Loss | undefined {
  const read = using === undefined ? { type: column.type, kept: true } : carried(replay, column, using);
  if (!read.kept)
    return {
      verdict: "destructive",
      reason: "its values are replaced by an expression from which they can't be had back",
    };
  if (fit(read.type, to, false) === "lossy")
    return { verdict: "destructive", reason: "the conversion rounds or cuts values" };
  return undefined;
}

/** Whether an expression carries a column's value through, and as which type. */
export function carried(
  replay: Replay,
  column: Pick<Column, "name" | "type">,
  expression: Node,
): { type: TypeReference; kept: boolean } {
  const lost = { type: column.type, kept: false };
  const reference = only(expression, "ColumnRef");
  if (reference !== undefined)
    return referredColumn(reference).column === column.name ? { type: column.type, kept: true } : lost;
  const cast = only(expression, "TypeCast");
  if (cast?.arg !== undefined) {
    const inner = carried(replay, column, cast.arg);
    const type = replay.resolved(typeReference(cast.typeName));
    return { type, kept: inner.kept && fit(inner.type, type, true) !== "lossy" };
  }
  const collated = only(expression, "CollateClause");
  if (collated?.arg !== undefined) return carried(replay, column, collated.arg);
  const array = only(expression, "A_ArrayExpr");
  const element = array?.elements?.[0];
  if (array?.elements?.length === 1 && element !== undefined)
    return { type: { name: "", modifiers: [], array: true }, kept: carried(replay, column, element).kept };
  const call = only(expression, "FuncCall");
  const name = texts(call?.funcname).at(-1) ?? "";
  if (call === undefined || !reversible.has(name)) return lost;
  const argument = call.args?.at(-1);
  if (argument === undefined || call.args?.slice(0, -1).some((one) => literal(one) === undefined) === true)
    return lost;
  return { type: resultOf(name, column.type), kept: carried(replay, column, argument).kept };
}

function resultOf(name: string, argument: TypeReference): TypeReference {
  if (name === "to_json" || name === "to_jsonb") return { name: name.slice(3), modifiers: [], array: false };
  const zoned = name === "to_timestamp" || argument.name === "timestamp without time zone";
  return { name: moments[zoned ? 0 : 1] ?? "", modifiers: [], array: false };
}

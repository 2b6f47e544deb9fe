import type { Verdict } from "../verdict";
import { fit } from "./conversions";
import { type Comparison } from "./modelFinding";
import { type TypeReference, typeLabel } from "./nodes";

/** What another type of a column means for what old code reads and writes. */
export function compareType(
  comparison: Comparison,
  from: TypeReference,
  to: TypeReference,
): { rule: string; verdict: Verdict; reason: string } | undefined {
  if (
    from.id !== undefined &&
    to.id !== undefined &&
    userTypesAlike(comparison, from.id, to.id) &&
    from.array === to.array
  )
    return undefined;
  const reason = `was ${label(from)} and is ${label(to)} now`;
  if (from.name === "") {
    if (to.name === "") return undefined;
    return {
      rule: "type-changed",
      verdict: "breaking",
      reason: `is ${label(to)} now, and what it was is not known`,
    };
  }
  if (to.name === "") return undefined;
  const strings = ["text", "character varying"];
  switch (fit(from, to, false)) {
    case "same":
      return undefined;
    case "wider":
      if (strings.includes(from.name) && strings.includes(to.name))
        return { rule: "type-widened", verdict: "compatible", reason };
      if (from.name === to.name) return { rule: "type-widened", verdict: "compatible", reason };
      if (isNumber(from) && isNumber(to)) return { rule: "type-widened", verdict: "conditional", reason };
      if (from.name === "character" && strings.includes(to.name))
        return { rule: "type-widened", verdict: "conditional", reason };
      return { rule: "type-changed", verdict: "breaking", reason };
    case "checked":
      if (strings.includes(from.name) && strings.includes(to.name))
        return { rule: "type-narrowed", verdict: "conditional", reason };
      if (isNumber(from) && isNumber(to)) return { rule: "type-narrowed", verdict: "conditional", reason };
      return { rule: "type-changed", verdict: "breaking", reason };
    case "converted":
      if (from.name.startsWith("timestamp"))
        return { rule: "type-converted", verdict: "conditional", reason };
      return { rule: "type-changed", verdict: from.array === to.array ? "conditional" : "breaking", reason };
    case "lossy":
      return from.name === to.name || (isNumber(from) && isNumber(to))
        ? { rule: "type-narrowed", verdict: "conditional", reason }
        : { rule: "type-changed", verdict: "breaking", reason };
  }
}

/** A type made anew under the same name is judged as a type, by its values. */
function userTypesAlike({ before, after }: Comparison, from: number, to: number): boolean {
  if (from === to) return true;
  const old = before.types.byId.get(from);
  const now = after.types.byId.get(to);
  return old !== undefined && old.kind === now?.kind && old.name === now.name && old.schema === now.schema;
}

const numbers = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const isNumber = ({ name, array }: TypeReference) => numbers.includes(name) && !array;

function label(type: TypeReference): string {
  const modifiers = type.modifiers.length === 0 ? "" : `(${type.modifiers.join(",")})`;
  return `${typeLabel({ ...type, array: false })}${modifiers}${type.array ? "[]" : ""}`;
}

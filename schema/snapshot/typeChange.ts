/** A type as its values are stored and sent: domains and arrays taken apart. */
export interface ComparedType {
  /** The system's own name (`int4`, `varchar`), an extension's, or a schema-qualified one of a user's type. */
  name: string;
  /** What `pg_attribute.atttypmod` holds; -1 for none. */
  typmod: number;
  array: boolean;
}

/**
 * `same`: read and written as before, or wider without being told apart. `widened`: all values fit, but reads differ.
 * `narrowed`: some values no longer fit. `converted`: kindred, in another form. `incompatible`: old statements fail.
 */
export type TypeChange = "same" | "widened" | "narrowed" | "converted" | "incompatible";

const unlimited = Number.POSITIVE_INFINITY;

const digitsOfInteger: Record<string, number> = { int2: 5, int4: 10, int8: 19 };
const floats = ["float4", "float8"];
const texts = ["text", "varchar", "bpchar", "citext", "name"];
const times = ["timestamp", "timestamptz", "time", "timetz", "interval"];

/** What a change of a column's type means for code that was written for the old one. */
export function typeChange(before: ComparedType, after: ComparedType): TypeChange {
  if (before.array !== after.array) return "incompatible";
  if (before.name === after.name) return modifierChange(before, after);
  if (before.name in digitsOfInteger) return fromInteger(before.name, after);
  if (before.name === "numeric") return fromNumeric(before, after);
  if (floats.includes(before.name)) return fromFloat(after);
  if (texts.includes(before.name) && texts.includes(after.name)) return betweenTexts(before, after);
  return others[`${before.name} ${after.name}`] ?? "incompatible";
}

const others: Record<string, TypeChange> = {
  "json jsonb": "converted",
  "jsonb json": "incompatible",
  "timestamp timestamptz": "converted",
  "timestamptz timestamp": "converted",
  "time timetz": "converted",
  "timetz time": "converted",
  "bit varbit": "converted",
  "cidr inet": "widened",
  "inet cidr": "narrowed",
  "macaddr macaddr8": "widened",
  "macaddr8 macaddr": "narrowed",
  "char text": "widened",
  "char varchar": "widened",
  "oid int8": "widened",
};

/** The same type with another length, precision or scale. */
function modifierChange({ name, typmod: before }: ComparedType, { typmod: after }: ComparedType): TypeChange {
  if (before === after) return "same";
  switch (name) {
    case "varchar":
    case "varbit":
      return limitOf(name, after) >= limitOf(name, before) ? "same" : "narrowed";
    case "bpchar":
      // Values come back filled up with more blanks.
      return limitOf(name, after) > limitOf(name, before) ? "incompatible" : "narrowed";
    case "bit":
      return "incompatible";
    case "numeric":
      return numericChange(before, after);
    default:
      if (!times.includes(name)) return "converted";
      return name === "interval"
        ? "narrowed"
        : precisionOf(after) > precisionOf(before)
          ? "widened"
          : "narrowed";
  }
}

function limitOf(name: string, typmod: number): number {
  if (typmod < 0) return unlimited;
  return name === "varchar" || name === "bpchar" ? typmod - 4 : typmod;
}

const precisionOf = (typmod: number) => (typmod < 0 ? 6 : typmod);

/** Digits before and after the point. */
function digitsOf(typmod: number): { whole: number; scale: number } {
  if (typmod < 0) return { whole: unlimited, scale: unlimited };
  const precision = ((typmod - 4) >> 16) & 0xffff;
  // Eleven bits with a sign: a scale can be negative since version 15.
  const scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
  return { whole: precision - scale, scale };
}

function numericChange(before: number, after: number): TypeChange {
  const one = digitsOf(before);
  const other = digitsOf(after);
  if (other.whole < one.whole || other.scale < one.scale) return "narrowed";
  return other.scale === one.scale ? "same" : "widened";
}

function fromInteger(before: string, { name, typmod }: ComparedType): TypeChange {
  const digits = digitsOfInteger[before] ?? 0;
  const others = digitsOfInteger[name];
  if (others !== undefined) return others > digits ? "widened" : "narrowed";
  if (name === "numeric") return digitsOf(typmod).whole >= digits ? "widened" : "narrowed";
  if (name === "float8") return before === "int8" ? "narrowed" : "widened";
  return name === "float4" ? "narrowed" : "incompatible";
}

function fromNumeric({ typmod }: ComparedType, { name }: ComparedType): TypeChange {
  if (floats.includes(name)) return "narrowed";
  return name in digitsOfInteger && digitsOf(typmod).scale <= 0 ? "narrowed" : "incompatible";
}

function fromFloat({ name }: ComparedType): TypeChange {
  switch (name) {
    case "float8":
      return "widened";
    case "float4":
      return "narrowed";
    case "numeric":
      return "converted";
    default:
      return "incompatible";
  }
}

function betweenTexts(before: ComparedType, after: ComparedType): TypeChange {
  // Values come back filled up with blanks.
  if (after.name === "bpchar") return "incompatible";
  const room = (type: ComparedType) => (type.name === "name" ? 63 : limitOf(type.name, type.typmod));
  if (
    room({ ...after, typmod: after.name === "text" || after.name === "citext" ? -1 : after.typmod }) <
    room(before)
  )
    return "narrowed";
  const alike = ["text", "varchar"];
  return alike.includes(before.name) && alike.includes(after.name) ? "same" : "converted";
}

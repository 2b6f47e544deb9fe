import { displayName, type ObjectName } from "../objectName";

interface Name {
  schema: string;
  name: string;
}

/** A relation as findings name it. */
export function relationName({ schema, name }: Name): ObjectName {
  return { kind: "relation", schema, name };
}

/** Something of a relation as findings name it. */
export function partName(kind: ObjectName["kind"], { schema, name }: Name, part: string): ObjectName {
  return { kind, schema, name, part };
}

/** A name as sentences write it: without `public`. */
export function written({ schema, name }: Name, part?: string): string {
  return displayName({ kind: "relation", schema, name, part });
}

/** The catalogs' own words as sentences write them: without `public`. */
export function plain(text: string): string {
  return text.replaceAll(/\bpublic\./g, "");
}

/** `a`, `a and b`, `a, b and c`; past six, the first five and how many more. */
export function listed(names: readonly string[]): string {
  if (names.length > 6) return `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** A definition short enough for a sentence: at most 120 characters on one line. */
export function short(text: string): string {
  const line = plain(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`;
}

import { z } from "zod";
import { settingsSchema } from "./settings";

/** A part of the settings as JSON Schema. */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The settings as JSON Schema, as a user writes them: what has a default may be left out. */
export function settingsAsJsonSchema(schema: z.ZodType = settingsSchema): SchemaNode {
  return z.toJSONSchema(schema, { io: "input" });
}

/** The names that a structure at a path of the settings knows; none where the user chooses the names. */
export function knownNames(path: readonly PropertyKey[], schema?: z.ZodType): string[] {
  let node: SchemaNode | undefined = settingsAsJsonSchema(schema);
  for (const key of path) node = child(node, key);
  return Object.keys(node?.properties ?? {});
}

function child(node: SchemaNode | undefined, key: PropertyKey): SchemaNode | undefined {
  const found =
    typeof key === "number" ? node?.items : (node?.properties?.[String(key)] ?? node?.additionalProperties);
  return typeof found === "object" && !Array.isArray(found) ? found : undefined;
}

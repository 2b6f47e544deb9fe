/**
 * The reference of the settings, written from their schema: `node --require ./toolchain/loadTypescript.cjs settings/reference.ts` brings
 * docs/settings.md up to date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsAsJsonSchema, type SchemaNode } from "./knownNames";

/** Where the reference lies. */
export const referenceFile = join(__dirname, "..", "docs", "settings.md");

const introduction = `# Settings

<!-- Written by settings/reference.ts from the schema; run \`node --require ./toolchain/loadTypescript.cjs settings/reference.ts\` after changing it. -->

Everything that differs between stacks stands in \`Pulumi.<stack>.yaml\`, under the project's own name. A rollback
changes one line, \`imageTag\`:

\`\`\`yaml
config:
  knowngood:imageTag: v1.4.2
  knowngood:services:
    api:
      ports: [{ container: 8080, host: 8080 }]
      health: { path: /health }
  knowngood:database: { url: databaseUrl }
\`\`\`

Single settings can be set from the command line: \`pulumi config set imageTag v1.4.2\`, or, inside a structure,
\`pulumi config set --path 'gates.health.within' 60\`. All settings are checked together before anything is touched,
and everything that is wrong is told at once.

## Secrets

A secret is a setting of its own, kept encrypted, and is never written where it is used: there stands its name.

\`\`\`sh
pulumi config set --secret databaseUrl      # asks for the value, so that it is in no shell history
\`\`\`

\`\`\`yaml
  knowngood:database: { url: databaseUrl }
  knowngood:services:
    api:
      secrets: { DATABASE_URL: databaseUrl }   # the variable's name: the secret's name
\`\`\`
`;

/** The whole reference as Markdown. */
export function reference(): string {
  return referenceOf(introduction, settingsAsJsonSchema());
}

/** A reference of settings as Markdown: a table for each structure. */
export function referenceOf(introduction: string, settings: SchemaNode): string {
  const sections = structuresIn("", settings).map(
    ({ path, node }) => `## ${path === "" ? "The stack" : `\`${path}\``}\n\n${table(path, node)}`,
  );
  return `${[introduction.trimEnd(), ...sections].join("\n\n")}\n`;
}

interface Structure {
  path: string;
  node: SchemaNode;
}

/** A structure and all those within it, the outer one first; one without settings has nothing to tell. */
function structuresIn(path: string, node: SchemaNode): Structure[] {
  if (node.type === "array") return structuresIn(`${path}[]`, inner(node.items));
  if (node.type !== "object") return [];
  if (node.properties === undefined) return structuresIn(`${path}.<name>`, inner(node.additionalProperties));
  const fields = Object.entries(node.properties);
  if (fields.length === 0) return [];
  return [
    { path, node },
    ...fields.flatMap(([name, field]) => structuresIn(joined(path, name), inner(field))),
  ];
}

function table(path: string, { properties = {}, required = [] }: SchemaNode): string {
  const rows = Object.entries(properties).map(([name, field]) => {
    const node = inner(field);
    const fallback = required.includes(name) ? "must be set" : defaultText(node);
    return [`\`${joined(path, name)}\``, typeText(node), fallback, node.description ?? ""];
  });
  return [["setting", "type", "default", "meaning"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function defaultText(node: SchemaNode): string {
  if (node.default === undefined) return "none";
  if (isTold(node) && JSON.stringify(node.default) === "{}") return "those below";
  return `\`${JSON.stringify(node.default)}\``;
}

/** Whether a structure has a section of its own. */
function isTold(node: SchemaNode): boolean {
  return node.type === "object" && Object.keys(node.properties ?? {}).length > 0;
}

function typeText(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  switch (node.type) {
    case "string":
      return "text";
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return `whole number${limits(node)}`;
    case "number":
      return `number${limits(node)}`;
    case "array":
      return `list: ${typeText(inner(node.items))}`;
    case "object":
      return node.properties === undefined
        ? `map: name to ${typeText(inner(node.additionalProperties))}`
        : "structure";
    default:
      return "any value";
  }
}

function limits({ minimum, maximum, exclusiveMinimum }: SchemaNode): string {
  // The library states the largest safe number where a schema states no limit.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && most !== undefined) return `, ${minimum} to ${most}`;
  if (minimum !== undefined) return `, at least ${minimum}`;
  return exclusiveMinimum === undefined ? "" : `, above ${exclusiveMinimum}`;
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function inner(part: unknown): SchemaNode {
  return typeof part === "object" && part !== null && !Array.isArray(part) ? (part as SchemaNode) : {};
}

if (require.main === module) writeFileSync(referenceFile, reference());

import { z } from "zod";
import { toolNames, type ToolName } from "../migrations/tools/tool";
import { buildExpectations, buildSchema, type Build } from "./build";
import { ciVerdicts, type CiVerdict } from "./ciVerdict";

/** One migration that a release ships. Its SQL lies in `releases/migrations/<sha256>.sql`, in dbmate's format. */
export interface Migration {
  /**
   * As the tool's table holds it: dbmate's digits, compared as text (`20260301090000`), a number (`12`), Flyway's parts
   * (`1.2`), Alembic's revision (`ae1027a6acf`), or a whole name (`20260301090000_add_email`, `shop.0002_add_email`).
   */
  version: string;
  /** What it is called beside the version: `add_email`. */
  name: string;
  /** SHA-256 of the SQL file's bytes, 64 hexadecimal digits. */
  sha256: string;
}

/** An immutable build under a tag. */
export interface Release {
  /** Also the file's name. */
  tag: string;
  /** The commit it was built from. */
  commit?: string;
  /** When it was added: ISO 8601 in UTC, such as `2026-03-01T09:00:00.000Z`. */
  time: string;
  /** Its place in the catalog's order, from 1. Two branches may give the same; then the time decides. */
  order: number;
  /** By the service's name. */
  services: Record<string, Build>;
  /** The tool whose migrations these are. @default "dbmate" */
  tool?: ToolName;
  /** All that the release ships, not only the new ones, in the order in which the tool runs them. */
  migrations: Migration[];
  /** Feature flags that the release turns on. */
  flags: string[];
  /** What CI said of it. */
  ci?: { verdict: CiVerdict; url?: string };
  /** The tag of the oldest release that can read the data this one writes. */
  dataReadableFrom?: string;
}

/** Docker's grammar of a tag: 128 characters at most. It is also safe as a file's name. */
export const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
export const sha256Pattern = /^[0-9a-f]{64}$/;
export const commitPattern = /^[0-9a-f]{7,64}$/;
/** What a version may be, by tool. */
export const versionPatterns: Readonly<Record<ToolName, RegExp>> = {
  dbmate: /^[0-9]+$/,
  "golang-migrate": /^[0-9]+$/,
  goose: /^[0-9]+$/,
  flyway: /^(?:[0-9]+(?:\.[0-9]+)*|R__[A-Za-z0-9_.-]+)$/,
  alembic: /^[A-Za-z0-9_.]+$/,
  laravel: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
  prisma: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
  django: /^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z0-9_]+$/,
};
/** It becomes part of a file's name. */
const migrationNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
export const serviceNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
export const flagPattern = /^[^\s,]+$/;

/** The words that a violation of each field ends with: what to write instead. */
export const expectations = {
  ...buildExpectations,
  tag: 'write a tag in quotes: letters, digits, "_", "." and "-", 128 characters at most, not beginning with "." or "-"',
  commit: "write the commit's SHA in quotes, 7 to 64 hexadecimal digits in lower case",
  time: 'write a time in UTC as in "2026-03-01T09:00:00.000Z"',
  order: "write a whole number from 1",
  services: "write a map from each service's name to its repository (or artifact, or source) and digest",
  serviceName: 'name a service with letters, digits, "-" and "_", 63 characters at most',
  noServices: "name at least one service",
  migrations: "write a list of version, name and sha256; [] for a release without migrations",
  tool: `write one of ${toolNames.join(", ")}; leave it out for dbmate`,
  version: "write the version in quotes, digits only",
  versionOf: (tool: ToolName) => `write the version in quotes, as ${tool} has it`,
  migrationName: 'write a name of letters, digits, "_", "." and "-"',
  sha256: "write the SHA-256 of the SQL file, 64 hexadecimal digits in lower case",
  flags: "write a list of flag names without spaces or commas; [] for none",
  ciVerdict: `write one of ${ciVerdicts.join(", ")}`,
  ci: "write a map with verdict and, if there is one, url",
  url: 'write a link that begins with "https://" or "http://"',
  dataReadableFrom: "write the tag of a release in quotes",
} as const;

const migration = z.strictObject(
  {
    version: z.string(expectations.version),
    name: z.string(expectations.migrationName).regex(migrationNamePattern, expectations.migrationName),
    sha256: z.string(expectations.sha256).regex(sha256Pattern, expectations.sha256),
  },
  structureError(expectations.migrations),
);

/** What a release's file holds. Nothing has a default: a list that was forgotten must not read as an empty one. */
export const releaseSchema: z.ZodType<Release> = z
  .strictObject(
    {
      tag: z.string(expectations.tag).regex(tagPattern, expectations.tag),
      commit: z.string(expectations.commit).regex(commitPattern, expectations.commit).optional(),
      time: z.iso.datetime(expectations.time),
      order: z.int(expectations.order).min(1, expectations.order),
      services: z
        .record(z.string().regex(serviceNamePattern), buildSchema, {
          error: (issue) => (issue.code === "invalid_key" ? expectations.serviceName : expectations.services),
        })
        .refine((services) => Object.keys(services).length > 0, expectations.noServices),
      tool: z.enum(toolNames, expectations.tool).optional(),
      migrations: z.array(migration, expectations.migrations),
      flags: z.array(z.string(expectations.flags).regex(flagPattern, expectations.flags), expectations.flags),
      ci: z
        .strictObject(
          {
            verdict: z.enum(ciVerdicts, expectations.ciVerdict),
            url: z.url({ protocol: /^https?$/, error: expectations.url }).optional(),
          },
          structureError(expectations.ci),
        )
        .optional(),
      dataReadableFrom: z
        .string(expectations.dataReadableFrom)
        .regex(tagPattern, expectations.dataReadableFrom)
        .optional(),
    },
    structureError("write a map with tag, time, order, services, migrations and flags"),
  )
  .superRefine(({ tool = "dbmate", migrations }, context) => {
    for (const [index, { version }] of migrations.entries()) {
      if (versionPatterns[tool].test(version)) continue;
      const message = tool === "dbmate" ? expectations.version : expectations.versionOf(tool);
      context.addIssue({ code: "custom", path: ["migrations", index, "version"], message, input: version });
    }
  });

/** What a migration is called in findings: its version, and its name where the version lacks it. */
export function migrationLabel({ version, name }: Pick<Migration, "version" | "name">): string {
  return version.endsWith(name) ? version : `${version}_${name}`;
}

/** The message for a value of the wrong kind; unknown keys keep their own. */
function structureError(expected: string): { error: (issue: { code?: string }) => string | undefined } {
  return { error: (issue) => (issue.code === "invalid_type" ? expected : undefined) };
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { z } from "zod";
import type { Gap } from "../../../schema/gap";
import { databaseMark, type GapCase } from "./oracle";

const several = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.union([
  z.string().transform((run) => ({ run })),
  z.strictObject({ run: z.string(), see: z.string() }),
]);

const old = {
  shipped: several.default([]),
  rows: several.default([]),
  ordinary: z.array(statement).default([]),
  edge: z.array(statement).default([]),
  reads: z.record(z.string(), z.string()).default({}),
  roles: z.array(z.string()).default([]),
};

const theme = z.strictObject({
  /** What every case of the file begins with. */
  base: z.strictObject(old).prefault({}),
  cases: z.array(
    z.strictObject({
      name: z.string(),
      ...old,
      ahead: several,
      /** By the read's name: where new code finds the same rows. */
      elsewhere: z.record(z.string(), z.string()).default({}),
      unexpected: z.array(z.strictObject({ by: z.string(), read: z.string() })).default([]),
      role: z.string().optional(),
      login: z.boolean().default(false),
      superuser: z.boolean().default(false),
    }),
  ),
});

/** All cases of the corpus, each named `theme: case`. */
export function readCases(folder = __dirname): GapCase[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.sort().flatMap((file) => readTheme(join(folder, file), file.replace(/\.yaml$/, "")));
}

function readTheme(file: string, name: string): GapCase[] {
  const { base, cases } = theme.parse(load(readFileSync(file, "utf8")), { reportInput: true });
  return cases.map((one) => {
    const reads = { ...base.reads, ...one.reads };
    const strays = Object.keys(one.elsewhere).filter((read) => !(read in reads));
    if (strays.length > 0) throw new Error(`${name}: ${one.name}: no read is called ${strays.join(", ")}`);
    return {
      ...one,
      name: `${name}: ${one.name}`,
      shipped: [...base.shipped, ...one.shipped],
      rows: [...base.rows, ...one.rows],
      ordinary: [...base.ordinary, ...one.ordinary],
      edge: [...base.edge, ...one.edge],
      reads: Object.entries(reads).map(([read, sql]) => ({
        name: read,
        old: sql,
        elsewhere: one.elsewhere[read],
      })),
      roles: [...base.roles, ...one.roles],
    };
  });
}

/** What is judged of a case: its migrations, and nothing of what old code does. */
export function gapOf({ shipped, ahead }: GapCase): Gap {
  const sources = (kind: string, migrations: readonly string[]) =>
    migrations.map((sql, index) => ({
      name: `${String(index + 1).padStart(4, "0")}_${kind}`,
      sql: sql.replaceAll(databaseMark, "shop"),
      withoutTransaction: /\bconcurrently\b/i.test(sql),
    }));
  return { shipped: sources("shipped", shipped), ahead: sources("ahead", ahead) };
}

import fc from "fast-check";
import { applicationRole, columnTypes } from "./schemas";

/** What stands at a moment, read from the database's own catalog; names are quoted. */
export interface Standing {
  tables: readonly { name: string; schema: string; bare: string; columns: readonly StandingColumn[] }[];
  constraints: readonly { table: string; name: string }[];
  views: readonly string[];
  routines: readonly { name: string; arguments: string }[];
}

export interface StandingColumn {
  name: string;
  type: string;
  nullable: boolean;
}

/** A step of a random migration: which, and what it picks from what stands. */
export interface Step {
  kind: string;
  picks: readonly [number, number, number];
}

interface Picked {
  standing: Standing;
  table: Standing["tables"][number];
  column: StandingColumn;
  other: StandingColumn;
  type: (typeof columnTypes)[number];
  /** An even chance, one of four… */
  coin: (sides: number) => number;
  /** A name that nothing has. */
  fresh: string;
}

type Write = (picked: Picked) => string | undefined;

const at = <T>(all: readonly T[], index: number): T | undefined => all[index % Math.max(all.length, 1)];
const alter = ({ table }: Picked, what: string) => `ALTER TABLE ${table.name} ${what};`;
const trigger = (picked: Picked, when: string, body: string) =>
  `CREATE FUNCTION ${picked.fresh}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;\n` +
  `CREATE TRIGGER ${picked.fresh} ${when} ON ${picked.table.name} FOR EACH ROW EXECUTE FUNCTION ${picked.fresh}();`;
const columnList = ({ table }: Picked) => table.columns.map(({ name }) => name).join(", ");

/** Every kind of step; undefined where nothing stands that it could be done to. */
export const kinds: Record<string, Write> = {
  addNullable: (p) => alter(p, `ADD COLUMN ${p.fresh} ${p.type.sql}`),
  addDefaulted: (p) => alter(p, `ADD COLUMN ${p.fresh} ${p.type.sql} NOT NULL DEFAULT ${p.type.values[0]}`),
  addRequired: (p) =>
    `${alter(p, `ADD COLUMN ${p.fresh} ${p.type.sql}`)}\nUPDATE ${p.table.name} SET ${p.fresh} = ${p.type.values[0]};\n` +
    alter(p, `ALTER COLUMN ${p.fresh} SET NOT NULL`),
  addThenDropDefault: (p) =>
    `${alter(p, `ADD COLUMN ${p.fresh} ${p.type.sql} NOT NULL DEFAULT ${p.type.values[0]}`)}\n` +
    alter(p, `ALTER COLUMN ${p.fresh} DROP DEFAULT`),
  addGenerated: (p) => alter(p, `ADD COLUMN ${p.fresh} text GENERATED ALWAYS AS (id::text || 'x') STORED`),
  collide: (p) => alter(p, "ADD COLUMN extra integer"),
  dropColumn: (p) => alter(p, `DROP COLUMN ${p.column.name}${p.coin(2) ? " CASCADE" : ""}`),
  dropAndAdd: (p) =>
    `${alter(p, `DROP COLUMN ${p.column.name}`)}\n${alter(p, `ADD COLUMN ${p.column.name} ${p.column.type}`)}`,
  copyAndDrop: (p) =>
    `${alter(p, `ADD COLUMN ${p.fresh} ${p.column.type}`)}\n` +
    `UPDATE ${p.table.name} SET ${p.fresh} = ${p.column.name};\n${alter(p, `DROP COLUMN ${p.column.name}`)}`,
  renameColumn: (p) => alter(p, `RENAME COLUMN ${p.column.name} TO ${p.fresh}`),
  renameColumnAndBack: (p) =>
    `${alter(p, `RENAME COLUMN ${p.column.name} TO ${p.fresh}`)}\n${alter(p, `RENAME COLUMN ${p.fresh} TO ${p.column.name}`)}`,
  swapColumns: (p) =>
    p.column.name === p.other.name
      ? undefined
      : [
          alter(p, `RENAME COLUMN ${p.column.name} TO ${p.fresh}`),
          alter(p, `RENAME COLUMN ${p.other.name} TO ${p.column.name}`),
          alter(p, `RENAME COLUMN ${p.fresh} TO ${p.other.name}`),
        ].join("\n"),
  renameTable: (p) => alter(p, `RENAME TO ${p.fresh}`),
  renameTableAndBack: (p) =>
    `${alter(p, `RENAME TO ${p.fresh}`)}\nALTER TABLE ${p.table.schema}.${p.fresh} RENAME TO ${p.table.bare};`,
  renameBehindView: (p) =>
    `${alter(p, `RENAME TO ${p.fresh}`)}\n` +
    `CREATE VIEW ${p.table.name} AS SELECT ${columnList(p)} FROM ${p.table.schema}.${p.fresh}` +
    `${at(["", " WHERE id > 1", " LIMIT 100"], p.coin(5)) ?? ""};`,
  moveTable: (p) => alter(p, `SET SCHEMA ${p.table.schema === "app" ? "public" : "app"}`),
  dropTable: (p) => `DROP TABLE ${p.table.name}${p.coin(2) ? " CASCADE" : ""};`,
  recreateTable: (p) =>
    `CREATE TABLE ${p.table.schema}.${p.fresh} (LIKE ${p.table.name} INCLUDING ALL);\n` +
    (p.coin(2) ? `INSERT INTO ${p.table.schema}.${p.fresh} SELECT * FROM ${p.table.name};\n` : "") +
    `DROP TABLE ${p.table.name} CASCADE;\nALTER TABLE ${p.table.schema}.${p.fresh} RENAME TO ${p.table.bare};`,
  createTable: (p) =>
    `CREATE TABLE ${p.fresh} (id serial PRIMARY KEY, about integer REFERENCES ${p.table.name} (id) ON DELETE CASCADE);`,
  createIndex: (p) => `CREATE INDEX ON ${p.table.name} (${p.column.name});`,
  comment: (p) => `COMMENT ON COLUMN ${p.table.name}.${p.column.name} IS 'changed';`,
  setNotNull: (p) => alter(p, `ALTER COLUMN ${p.column.name} SET NOT NULL`),
  setNotNullAndBack: (p) =>
    `${alter(p, `ALTER COLUMN ${p.column.name} SET NOT NULL`)}\n` +
    (p.column.nullable ? alter(p, `ALTER COLUMN ${p.column.name} DROP NOT NULL`) : ""),
  dropNotNull: (p) => alter(p, `ALTER COLUMN ${p.column.name} DROP NOT NULL`),
  setDefault: (p) => alter(p, `ALTER COLUMN ${p.column.name} SET DEFAULT ${p.type.values[1]}`),
  dropDefault: (p) => alter(p, `ALTER COLUMN ${p.column.name} DROP DEFAULT`),
  changeType: (p) => alter(p, `ALTER COLUMN ${p.column.name} TYPE ${p.type.sql}`),
  castType: (p) =>
    `${alter(p, `ALTER COLUMN ${p.column.name} DROP DEFAULT`)}\n` +
    alter(p, `ALTER COLUMN ${p.column.name} TYPE ${p.type.sql} USING ${p.column.name}::text::${p.type.sql}`),
  changeTypeAndBack: (p) =>
    `${alter(p, `ALTER COLUMN ${p.column.name} TYPE ${p.type.sql}`)}\n${alter(p, `ALTER COLUMN ${p.column.name} TYPE ${p.column.type}`)}`,
  narrow: (p) =>
    alter(
      p,
      `ALTER COLUMN ${p.column.name} TYPE ${at(["varchar(9)", "numeric(5,1)", "smallint", "varchar(300)", "numeric(12,2)", "timestamp(0)"], p.coin(6))}`,
    ),
  cut: (p) => alter(p, `ALTER COLUMN ${p.column.name} TYPE text USING left(${p.column.name}::text, 3)`),
  addCheck: (p) =>
    alter(
      p,
      `ADD CONSTRAINT ${p.fresh} CHECK (${at([`${p.column.name} IS NOT NULL`, `length(${p.column.name}::text) < 20`, `${p.column.name}::text <> ''`, "id < 80", `${p.column.name} = ${p.type.values[0]}`], p.coin(5))})${p.coin(2) ? " NOT VALID" : ""}`,
    ),
  addCheckAndDrop: (p) =>
    `${alter(p, `ADD CONSTRAINT ${p.fresh} CHECK (${p.column.name} IS NOT NULL) NOT VALID`)}\n${alter(p, `DROP CONSTRAINT ${p.fresh}`)}`,
  addUnique: (p) => alter(p, `ADD UNIQUE (${p.column.name}${p.coin(2) ? ", id" : ""})`),
  addUniqueIndex: (p) =>
    `CREATE UNIQUE INDEX ${p.fresh} ON ${p.table.name} (${p.column.name})${p.coin(2) ? ` WHERE ${p.column.name} IS NOT NULL` : ""};`,
  addForeignKey: (p) =>
    alter(
      p,
      `ADD CONSTRAINT ${p.fresh} FOREIGN KEY (${p.column.name}) REFERENCES ${at(p.standing.tables, p.coin(9))?.name} (id) NOT VALID`,
    ),
  dropConstraint: (p) => {
    const constraint = at(p.standing.constraints, p.coin(50));
    return constraint && `ALTER TABLE ${constraint.table} DROP CONSTRAINT ${constraint.name} CASCADE;`;
  },
  dropView: (p) => p.standing.views[0] && `DROP VIEW ${at(p.standing.views, p.coin(9))} CASCADE;`,
  renameView: (p) =>
    p.standing.views[0] && `ALTER VIEW ${at(p.standing.views, p.coin(9))} RENAME TO ${p.fresh};`,
  recreateView: (p) => {
    const view = at(p.standing.views, p.coin(9));
    return (
      view && `DROP VIEW ${view};\nCREATE VIEW ${view} AS SELECT id, ${p.column.name} FROM ${p.table.name};`
    );
  },
  dropRoutine: (p) => p.standing.routines[0] && `DROP FUNCTION ${at(p.standing.routines, p.coin(9))?.name};`,
  overload: (p) => {
    const routine = at(p.standing.routines, p.coin(9))?.name;
    const list = at(
      ["n bigint", "n integer, more integer DEFAULT 0", "n text", "n numeric DEFAULT 1"],
      p.coin(4),
    );
    return routine && `CREATE FUNCTION ${routine} (${list}) RETURNS integer LANGUAGE sql AS 'SELECT 1';`;
  },
  replaceRoutine: (p) => {
    const routine = at(p.standing.routines, p.coin(9))?.name;
    const list = at(
      ["at_least integer DEFAULT 0", "at_least integer", "floor integer DEFAULT 0", "at_least text"],
      p.coin(4),
    );
    return (
      routine &&
      `DROP FUNCTION ${routine};\nCREATE FUNCTION ${routine} (${list}) RETURNS bigint LANGUAGE sql AS 'SELECT 3::bigint';`
    );
  },
  addEnumValue: () => "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'moody';",
  renameEnumValue: (p) =>
    `ALTER TYPE mood RENAME VALUE '${at(["calm", "glad", "cross"], p.coin(3))}' TO 'else';`,
  renameType: () => "ALTER TYPE mood RENAME TO humour;",
  rebuildEnum: (p) =>
    "ALTER TYPE mood RENAME TO mood_old;\nCREATE TYPE mood AS ENUM ('calm', 'glad', 'cross', 'new');\n" +
    `${alter(p, `ALTER COLUMN ${p.column.name} DROP DEFAULT`)}\n` +
    alter(p, `ALTER COLUMN ${p.column.name} TYPE mood USING ${p.column.name}::text::mood`),
  tightenDomain: () => "ALTER DOMAIN percent ADD CONSTRAINT low CHECK (VALUE < 60) NOT VALID;",
  loosenDomain: () => "ALTER DOMAIN percent DROP CONSTRAINT percent_check;",
  updateAll: (p) => `UPDATE ${p.table.name} SET ${p.column.name} = ${p.type.values[p.coin(3)]};`,
  updateSome: (p) => `UPDATE ${p.table.name} SET ${p.column.name} = ${p.other.name} WHERE id < 3;`,
  updateNulls: (p) =>
    `UPDATE ${p.table.name} SET ${p.column.name} = ${p.type.values[0]} WHERE ${p.column.name} IS NULL;`,
  deleteSome: (p) => `DELETE FROM ${p.table.name} WHERE id = ${1 + p.coin(3)};`,
  truncate: (p) => `TRUNCATE ${p.table.name}${p.coin(2) ? " CASCADE" : ""};`,
  identityAlways: (p) => alter(p, "ALTER COLUMN id SET GENERATED ALWAYS"),
  identityDropped: (p) => alter(p, "ALTER COLUMN id DROP IDENTITY IF EXISTS"),
  keyDefaultDropped: (p) => alter(p, "ALTER COLUMN id DROP DEFAULT"),
  widenKey: (p) => alter(p, "ALTER COLUMN id TYPE bigint"),
  triggerRefuses: (p) =>
    trigger(
      p,
      at(["BEFORE INSERT", "BEFORE UPDATE", "BEFORE DELETE"], p.coin(3)) ?? "",
      "RAISE EXCEPTION 'no';",
    ),
  triggerPasses: (p) => trigger(p, "BEFORE INSERT OR UPDATE", "RETURN new;"),
  triggerChanges: (p) =>
    trigger(p, "BEFORE INSERT", `new.${p.column.name} := ${p.type.values[0]}; RETURN new;`),
  triggerFills: (p) =>
    trigger(
      p,
      "BEFORE INSERT",
      `new.${p.column.name} := coalesce(new.${p.column.name}, ${p.type.values[0]}); RETURN new;`,
    ),
  rule: (p) =>
    `CREATE RULE ${p.fresh} AS ON ${at(["INSERT", "DELETE"], p.coin(2))} TO ${p.table.name} DO INSTEAD NOTHING;`,
  revoke: (p) =>
    `REVOKE ${at(["ALL", "INSERT", "SELECT"], p.coin(3))} ON ${p.table.name} FROM ${applicationRole};`,
  rowSecurity: (p) =>
    `${alter(p, "ENABLE ROW LEVEL SECURITY")}` +
    (p.coin(2)
      ? `\nCREATE POLICY ${p.fresh} ON ${p.table.name} USING (${p.coin(3) ? "true" : "id > 1"});`
      : ""),
  inBlock: (p) =>
    `DO $$ BEGIN EXECUTE format('ALTER TABLE %s DROP COLUMN %s', '${p.table.name}', '${p.column.name}'); END $$;`,
};

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...Object.keys(kinds)),
    picks: fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000)),
  }),
  { minLength: 1, maxLength: 6, size: "max" },
);

/** The step as SQL on what stands now; undefined where there is nothing to do it to. */
export function writeStep(step: Step, index: number, standing: Standing): string | undefined {
  const [first, second, third] = step.picks;
  const table = at(standing.tables, first);
  const column = table && at(table.columns, second);
  const other = table && at(table.columns, second + 1 + (third % 2));
  // Often a type that is near to the column's own, since most others can not be converted to.
  const type = at(columnTypes, third);
  if (table === undefined || column === undefined || other === undefined || type === undefined)
    return undefined;
  const own = columnTypes.find(({ sql }) => sql === column.type);
  const nearKinds = ["setDefault", "updateAll", "updateNulls", "triggerChanges", "triggerFills", "addCheck"];
  return kinds[step.kind]?.({
    standing,
    table,
    column,
    other,
    type: nearKinds.includes(step.kind) ? (own ?? type) : type,
    coin: (sides) => (first + second * 7 + third * 13) % sides,
    fresh: `step_${index}`,
  });
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Files of a history, in folders of their own. */
export interface History {
  shipped: string;
  ahead: string;
  statements: number;
}

/**
 * Writes a history as a shop's grows: a table every third migration, columns, indexes, constraints and views between.
 * @param shipped how many migrations the old release ships
 * @param ahead how many were applied since
 */
export function writeHistory(folder: string, shipped: number, ahead: number): History {
  const places = { shipped: join(folder, "shipped"), ahead: join(folder, "ahead") };
  for (const place of Object.values(places)) mkdirSync(place, { recursive: true });
  let statements = 0;
  const write = (place: string, number: number, sql: readonly string[]) => {
    statements += sql.length;
    writeFileSync(join(place, `${String(number).padStart(6, "0")}_step.sql`), `${sql.join(";\n")};\n`);
  };
  for (let number = 0; number < shipped; number += 1) write(places.shipped, number, oldStep(number));
  for (let number = 0; number < ahead; number += 1) write(places.ahead, shipped + number, newStep(number));
  return { ...places, statements };
}

function oldStep(number: number): string[] {
  const table = `part_${Math.floor(number / 3)}`;
  switch (number % 3) {
    case 0:
      return [
        `CREATE TABLE ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL, ` +
          "amount integer NOT NULL CHECK (amount > 0), created_at timestamptz NOT NULL DEFAULT now())",
      ];
    case 1:
      return [`ALTER TABLE ${table} ADD COLUMN note varchar(200)`, `CREATE INDEX ON ${table} (customer)`];
    default:
      return [
        `ALTER TABLE ${table} ADD CONSTRAINT ${table}_note CHECK (note <> '')`,
        `CREATE VIEW ${table}_open AS SELECT id, customer FROM ${table} WHERE note IS NULL`,
      ];
  }
}

/** Each step needs table `part_<number>`, so three times as many old steps as new ones have to be there. */
function newStep(number: number): string[] {
  const table = `part_${number % 3}`;
  const steps = [
    `ALTER TABLE ${table} ADD COLUMN extra_${number} text`,
    `CREATE TABLE extra_${number} (id integer PRIMARY KEY, part bigint REFERENCES ${table})`,
    `ALTER TABLE ${table} ADD COLUMN flag_${number} boolean NOT NULL DEFAULT false`,
    `CREATE INDEX extra_index_${number} ON ${table} (amount)`,
  ];
  const step = steps[number % steps.length];
  return step === undefined ? [] : [step];
}

/** One text of many statements, as the static engine meets them. */
export function manyStatements(count: number): string {
  const statements: string[] = [];
  for (let number = 0; statements.length < count; number += 1) statements.push(...oldStep(number));
  return `${statements.slice(0, count).join(";\n")};\n`;
}

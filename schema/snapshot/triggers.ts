import { keyed, type Sides } from "./catalog";
import { tableAfter } from "./constraints";
import { fillingOf } from "./columnTypes";
import { isHarmless, type Touched } from "./harmlessTrigger";
import { isTable, type RelationPair } from "./relations";
import { isSilent } from "./silentEventTrigger";
import type { RelationFacts, TriggerFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { partName, relationName, short, written } from "./words";

/** What runs by itself when old code writes: triggers, and rules that rewrite statements. */
export function compareTriggers(pair: RelationPair, sides: Sides): StructuralFinding[] {
  return [...triggerFindings(pair, sides), ...ruleFindings(pair, sides)];
}

function triggerFindings(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const table: RelationFacts | undefined = isTable(pair.before) ? tableAfter(pair) : pair.after;
  if (table === undefined) return [];
  const olds = keyed(sides.before.triggersOf(pair.before.oid).filter(fires), ({ name }) => name);
  const news = keyed(sides.after.triggersOf(table.oid).filter(fires), ({ name }) => name);
  const moved = table.name !== pair.before.name || table.schema !== pair.before.schema;
  const name = written(pair.before);
  const now = new Map(sides.after.columnsOf(table.oid).map((column) => [column.name, column.number]));
  const kept = new Set(
    sides.before
      .columnsOf(pair.before.oid)
      .filter((column) => table.oid !== pair.before.oid || now.get(column.name) === column.number)
      .map((column) => column.name),
  );
  const { parser } = sides;
  const changing = [...news.values()].filter(({ definition }) => / BEFORE /.test(definition));
  const oldNames = new Set(sides.before.columnsOf(pair.before.oid).map((column) => column.name));
  const strange = sides.after
    .columnsOf(table.oid)
    .filter((column) => !oldNames.has(column.name) && column.generated === "");
  const touched = (trigger: TriggerFacts): Touched => ({
    columns: new Set(now.keys()),
    kept,
    strange: new Set(strange.map((column) => column.name)),
    blank: new Set(strange.flatMap((column) => (fillingOf(column, sides.after).filled ? [] : column.name))),
    alone: changing.every((other) => other === trigger),
    fresh: ({ schema, name: made }) => {
      const found = sides.after.facts.relations.filter(
        (relation) => relation.name === made && (schema === undefined || relation.schema === schema),
      );
      const [only, ...others] = found;
      return others.length === 0 && only !== undefined && sides.before.relation(only.oid) === undefined
        ? only
        : undefined;
    },
  });
  const isQuiet = (trigger: TriggerFacts) =>
    parser !== undefined && isHarmless(trigger, sides.after, touched(trigger), parser);
  const gone = [...olds.values()].filter((trigger) => !news.has(trigger.name));
  const come = [...news.values()].filter((trigger) => !olds.has(trigger.name));
  // A trigger under another name does what it did, but for its place among others.
  const renamed = gone.filter((old) => come.some((trigger) => sameBut(old, trigger)));
  const findings = [...olds.values()].flatMap((old) => {
    const changed = news.get(old.name);
    if (changed === undefined || moved || changed.definition === old.definition) return [];
    return structuralFinding(
      "trigger-changed",
      partName("trigger", pair.before, old.name),
      `${old.name} is ${short(changed.definition)}, before ${short(old.definition)}.`,
    );
  });
  return [
    ...findings,
    ...gone
      .filter((old) => !renamed.includes(old))
      .map(({ name: trigger }) =>
        structuralFinding(
          "trigger-dropped",
          partName("trigger", pair.before, trigger),
          `${trigger} no longer runs on ${name}; what it filled in, checked or recorded is left out.`,
        ),
      ),
    ...come
      .filter((trigger) => !renamed.some((old) => sameBut(old, trigger)))
      .map((trigger) =>
        structuralFinding(
          "trigger-added",
          partName("trigger", pair.before, trigger.name),
          `${short(trigger.definition)}: it runs when release code writes ${name}.`,
          {
            remedy: `Look at what its function does with rows that old code writes, or ALTER TABLE ${name} DISABLE TRIGGER ${trigger.name}.`,
            ...(isQuiet(trigger) && { settledByTrial: { relation: pair.before } }),
          },
        ),
      ),
  ];
}

const fires = ({ enabled }: TriggerFacts) => enabled === "O" || enabled === "A";

const sameBut = (one: TriggerFacts, other: TriggerFacts) =>
  one.oid === other.oid || unnamed(one.definition) === unnamed(other.definition);

const unnamed = (definition: string) => definition.replace(/TRIGGER \S+ /, "TRIGGER ");

function ruleFindings(pair: RelationPair, sides: Sides): StructuralFinding[] {
  const olds = keyed(sides.before.rewriteRulesOf(pair.before.oid), ({ name }) => name);
  const news = keyed(sides.after.rewriteRulesOf(pair.after.oid), ({ name }) => name);
  const names = [...new Set([...olds.keys(), ...news.keys()])];
  const said = (fact: { definition: string; enabled: string } | undefined) =>
    fact === undefined || fact.enabled === "D" ? "none" : fact.definition;
  return names.flatMap((rule) => {
    const before = said(olds.get(rule));
    const after = said(news.get(rule));
    if (before === after) return [];
    return structuralFinding(
      "rewrite-rule-changed",
      partName("other", pair.before, rule),
      `The rule ${rule} on ${written(pair.before)} is ${short(after)}, before ${short(before)}; statements of release code become others.`,
      { settledByTrial: undefined },
    );
  });
}

/** Event triggers, which belong to no relation. */
export function compareEventTriggers({ before, after, parser }: Sides): StructuralFinding[] {
  const olds = keyed(before.facts.eventTriggers, ({ name }) => name);
  const news = keyed(after.facts.eventTriggers, ({ name }) => name);
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((name) => {
    const one = olds.get(name)?.definition ?? "none";
    const other = news.get(name)?.definition ?? "none";
    if (one === other) return [];
    const routine = after.facts.routines.find(({ oid }) => oid === news.get(name)?.function);
    const source = routine?.language === "plpgsql" ? routine.triggerSource : null;
    if (!olds.has(name) && parser !== undefined && source !== null && isSilent(source, parser)) return [];
    return structuralFinding(
      "event-trigger-changed",
      { ...relationName({ schema: "public", name }), kind: "other", schema: undefined },
      `The event trigger ${name} is ${short(other)}, before ${short(one)}.`,
    );
  });
}

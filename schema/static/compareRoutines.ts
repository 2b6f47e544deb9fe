import { subject } from "./journal";
import type { Routine, Schema } from "./model";
import { type Comparison, type ModelFinding, spoken } from "./modelFinding";

export function compareRoutines(comparison: Comparison): ModelFinding[] {
  const { before, after } = comparison;
  const found: ModelFinding[] = [];
  for (const old of before.routines.values()) {
    const object = objectOf(old);
    const signature = `${spoken(old)}(${old.args.join(", ")})`;
    const same = after.routines.get(old.id);
    const named = after.routinesAt(old.schema, old.name).find(({ args }) => args.join() === old.args.join());
    if (named === undefined)
      found.push(
        same === undefined
          ? { rule: "function-dropped", verdict: "breaking", object, reason: `${signature} is gone.` }
          : {
              rule: "function-renamed",
              verdict: "breaking",
              object,
              reason: `${signature} is called ${spoken(same)} now.`,
            },
      );
    else if (named.returns !== old.returns || named.required > old.required)
      found.push({
        rule: "function-changed",
        verdict: "breaking",
        object,
        reason: `${signature} gives another type back, or needs more arguments.`,
      });
    else if (named.definition !== old.definition)
      found.push({
        rule: "function-body-changed",
        verdict: isUsed(before, old) ? "breaking" : "conditional",
        object,
        reason: `${signature} does something else than before.`,
      });
  }
  for (const routine of after.routines.values()) {
    const others = before.routinesAt(routine.schema, routine.name);
    if (others.length === 0 || before.routines.has(routine.id)) continue;
    if (others.some(({ args }) => args.join() === routine.args.join())) continue;
    const overlaps = others.some(
      ({ required, args }) =>
        required <= routine.args.length &&
        routine.required <= args.length &&
        after.routinesAt(routine.schema, routine.name).length > 1,
    );
    found.push({
      rule: overlaps ? "function-overloaded" : "function-overload-added",
      verdict: overlaps ? "breaking" : "conditional",
      object: objectOf(routine),
      reason: `${spoken(routine)}(${routine.args.join(", ")}) stands beside the function that old code calls${
        overlaps ? ": its calls can become ambiguous" : ""
      }.`,
    });
  }
  return [...found, ...disturbed(comparison)];
}

/** Whether statements of old code run it without calling it: triggers and defaults can make them fail. */
function isUsed(before: Schema, { name }: Routine): boolean {
  return [...before.relations.all()].some(
    ({ triggers, columns }) =>
      triggers.some((trigger) => trigger.function.name === name) ||
      columns.some((column) => column.default?.includes(`"sval":${JSON.stringify(name)}`) === true),
  );
}

/** Old routines that still stand, but read a table of which a column was added or changed its type. */
function disturbed({ before, after, ahead }: Comparison): ModelFinding[] {
  const found: ModelFinding[] = [];
  for (const routine of before.routines.values()) {
    if (after.routines.get(routine.id)?.definition !== routine.definition) continue;
    const words = new Set(routine.definition.toLowerCase().match(/\w+/g) ?? []);
    for (const old of before.relations.all()) {
      const now = words.has(old.name) ? after.relations.byId.get(old.id) : undefined;
      const column = now?.columns.find(({ id, name }) => {
        const known = old.columns.some((one) => one.id === id);
        return known ? ahead.journal.last(subject.column(id), ["type"]) !== undefined : words.has(name);
      });
      if (column === undefined) continue;
      found.push({
        rule: "function-body-changed",
        verdict: "breaking",
        object: objectOf(routine),
        reason: `${spoken(routine)} works with ${spoken(old)}, whose column ${column.name} is new or of another type: it can fail.`,
      });
    }
  }
  return found;
}

function objectOf({ schema, name, args }: Routine) {
  return { kind: "function", schema, name, args: args.join(", ") } as const;
}

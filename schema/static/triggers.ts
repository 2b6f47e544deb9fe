import { readBody, runRoutine } from "./bodies";
import { type Relation, columnOf } from "./model";
import type { Replay } from "./replay";

/** What the triggers of a table do when a statement of the gap touches its rows. */
export function fire(
  replay: Replay,
  relation: Relation,
  event: "insert" | "update" | "delete" | "truncate",
  columns: readonly string[],
): void {
  if (replay.ahead === undefined) return;
  for (const trigger of relation.triggers) {
    if (!trigger.enabled || !trigger.events.includes(event)) continue;
    if (trigger.of.length > 0 && !trigger.of.some((name) => columns.includes(name))) continue;
    const routine = replay.findRoutines(trigger.function)[0];
    if (routine === undefined) {
      replay.unreadable(`what its trigger ${trigger.name} runs can't be read`);
      continue;
    }
    if (event === "update")
      for (const name of readBody(replay.parser, routine).assigned) {
        const column = columnOf(relation, name);
        if (column !== undefined && replay.isOldColumn(relation, column))
          replay.effect({
            rule: "rows-changed",
            verdict: "destructive",
            relation: relation.id,
            column: column.id,
            reason: `its trigger ${trigger.name} changes values of it`,
          });
      }
    runRoutine(replay, routine);
  }
}

import type { CombinedJudgement } from "../schema/combine";
import type { Gap } from "../schema/gap";
import { cut } from "../schema/static/pieces";

/** Files that are named before the rest is only counted. */
const named = 3;

/**
 * Why the schema is not ahead at all, in a sentence; undefined where something is.
 * @param nothing why there is nothing in the gap, where there is nothing
 */
export function nothingAhead({ ahead, unread = [] }: Gap, nothing: string): string | undefined {
  if (unread.length > 0 || ahead.some(({ sql }) => holdsStatement(sql))) return undefined;
  return `Nothing is ahead: ${ahead.length === 0 ? nothing : silent(ahead.map(({ name }) => name))}.`;
}

function silent(names: readonly string[]): string {
  const rest = names.length - named;
  const all = `${names.slice(0, named).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  return `${all} ${names.length === 1 ? "holds" : "hold"} no statement that leads up`;
}

/** Comments and empty lines are none; what only psql reads may be one. */
function holdsStatement(sql: string): boolean {
  const { pieces, commands } = cut(sql.replace(/^\uFEFF/, ""));
  return pieces.length > 0 || commands.length > 0;
}

/** A judgement with one more thing to know, where there is one. */
export function withNote(judgement: CombinedJudgement, note: string | undefined): CombinedJudgement {
  return note === undefined ? judgement : { ...judgement, notes: [...judgement.notes, note] };
}

import type { Catalog } from "./catalog";
import type { TriggerFacts } from "./snapshot";

/** What a function may call and still fail for no value that its column takes. */
const safeCalls = new Set(
  (
    "coalesce nullif lower upper initcap trim btrim ltrim rtrim concat concat_ws split_part length char_length " +
    "replace left right substr substring md5 now clock_timestamp greatest least round floor ceil abs " +
    "gen_random_uuid to_jsonb jsonb_build_object row if elsif case and or not in values return"
  ).split(" "),
);

/** Statements and expressions that can refuse, divert or write elsewhere. */
const risky =
  /\b(raise|insert|update|delete|merge|perform|execute|call|assert|select|notify|for|loop|while|foreach|exception|get|open|fetch|truncate|declare|strict)\b|\breturn\s+(?!new\b)/;

/**
 * Whether a trigger only sets columns that old code does not have, by expressions that can't fail. Whether what it sets
 * fits, trials see.
 * @param kept names of the columns that old code has and still means
 */
export function isHarmless(
  { definition }: TriggerFacts,
  catalog: Catalog,
  kept: ReadonlySet<string>,
): boolean {
  const call = /\bFOR EACH ROW\b.*\bEXECUTE FUNCTION (?:("?)([^".(]+)\1\.)?("?)([^".(]+)\3\(\)$/s.exec(
    definition,
  );
  if (call === null || !/^CREATE TRIGGER \S+ BEFORE /.test(definition)) return false;
  const [, , schema, , name] = call;
  const functions = catalog.facts.routines.filter(
    (routine) => routine.name === name && (schema === undefined || routine.schema === schema),
  );
  const [routine] = functions;
  if (routine?.language !== "plpgsql" || functions.length > 1 || routine.triggerSource === null) return false;
  const text = routine.triggerSource
    .replace(/--[^\n]*/g, " ")
    .replace(/\/\*.*?\*\//gs, " ")
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();
  const afterEvents = text.replace(/\btg_op\s*(=|in)\s*/g, " ");
  // Names in quotes, and a row that is set as a whole, could be any column.
  if (/"|\bnew\s*:?=/.test(afterEvents)) return false;
  const set = [...afterEvents.matchAll(/\bnew\.(\w+)\s*:?=(?!=)/g)].map(([, column = ""]) => column);
  if (set.some((column) => kept.has(column))) return false;
  if (risky.test(afterEvents.replace(/\b(old|new)\.\w+/g, "x"))) return false;
  // A cast can fail but to text, and a division but by a number that is not 0.
  if (/::(?!\s*text\b)|\bcast\b/.test(afterEvents) || /[/%](?!\s*[\d.]*[1-9])/.test(afterEvents))
    return false;
  return [...afterEvents.matchAll(/([a-z_]\w*)\s*\(/g)].every(([, called = ""]) => safeCalls.has(called));
}

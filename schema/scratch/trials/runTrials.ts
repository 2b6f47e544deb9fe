import { escapeLiteral } from "pg";
import type { ScratchDatabase } from "../scratchDatabase";
import type { Trial, TrialOutcome } from "./trial";

/** Trials in one round trip. */
const batch = 150;

/** SQLSTATE by which a trial that ran is taken back. */
const done = "KG000";

/** Stands in for the outcome of a trial that was not needed. */
const leftOut = "KG001";

/** Runs each trial by itself and takes it back, whatever came of it. */
export async function runTrials(
  database: ScratchDatabase,
  trials: readonly Trial[],
): Promise<TrialOutcome[]> {
  const outcomes = await runAll(
    database,
    trials.map((trial, place) => ({ trial, group: place, least: 0 })),
  );
  return outcomes.map((outcome) => outcome ?? { rows: 0 });
}

/**
 * Runs those trials again that worked before, and of each group only until one works.
 * @returns undefined for each that was not run
 */
export async function runAgain(
  database: ScratchDatabase,
  trials: readonly Trial[],
  before: readonly TrialOutcome[],
): Promise<(TrialOutcome | undefined)[]> {
  const groups = new Map<string, number>();
  const worked = trials.flatMap((trial, place) => {
    const outcome = before[place];
    if (outcome === undefined || outcome.failure !== undefined) return [];
    if (!groups.has(trial.group)) groups.set(trial.group, groups.size);
    return [{ place, trial, group: groups.get(trial.group) ?? 0, least: Math.min(1, outcome.rows) }];
  });
  const outcomes = await runAll(database, worked);
  const after: (TrialOutcome | undefined)[] = trials.map(() => undefined);
  worked.forEach(({ place }, at) => (after[place] = outcomes[at]));
  return after;
}

interface Run {
  trial: Trial;
  /** Once one of a group has read or written at least so many rows, the others are left out. */
  group: number;
  least: number;
}

async function runAll(
  database: ScratchDatabase,
  runs: readonly Run[],
): Promise<(TrialOutcome | undefined)[]> {
  const outcomes: (TrialOutcome | undefined)[] = [];
  const ordered = runs
    .map((run, place) => ({ run, place }))
    .sort((one, other) => one.run.group - other.run.group);
  for (let start = 0; start < ordered.length; start += batch) {
    const part = ordered.slice(start, start + batch);
    const answers = await runBatch(
      database,
      part.map(({ run }) => run),
    );
    part.forEach(({ place }, at) => (outcomes[place] = answers[at]));
  }
  return outcomes;
}

async function runBatch(
  database: ScratchDatabase,
  runs: readonly Run[],
): Promise<(TrialOutcome | undefined)[]> {
  const request = runs.map(({ trial: { role, steps, answers, prepare, effect }, group, least }) => ({
    role: role ?? null,
    first: prepare ?? effect?.first ?? null,
    effect: effect?.then ?? null,
    steps: answers === true ? steps.slice(0, -1) : steps,
    asked: answers === true ? steps.at(-1) : null,
    group,
    least,
  }));
  await database.run(script(JSON.stringify(request)));
  const [answer] = await database.query<{ results: string }>(
    "SELECT pg_catalog.current_setting('knowngood.results') AS results",
  );
  return (JSON.parse(answer?.results ?? "[]") as Answer[]).map(([code, failure, rows, text, seen]) =>
    code === leftOut
      ? undefined
      : {
          rows,
          ...(code !== null && { code, failure }),
          ...(text !== null && { answer: text }),
          ...(seen !== null && { seen }),
        },
  );
}

type Answer = [code: string | null, failure: string, rows: number, text: string | null, seen: boolean | null];

/** Answers go through a setting of the session, so that nothing is made that a catalog would show. */
function script(request: string): string {
  return `DO LANGUAGE plpgsql ${escapeLiteral(`
DECLARE
  knowngood_trial record;
  knowngood_step text;
  knowngood_count bigint;
  knowngood_answer text;
  knowngood_seen boolean;
  knowngood_results text[] := '{}';
  knowngood_working int := -1;
BEGIN
  FOR knowngood_trial IN
    SELECT t->>'role' AS role, t->'steps' AS steps, t->>'asked' AS asked, t->>'first' AS first, t->>'effect' AS effect, (t->>'group')::int AS place, (t->>'least')::int AS least
    FROM pg_catalog.json_array_elements(${escapeLiteral(request)}::json) t
  LOOP
    IF knowngood_trial.place = knowngood_working THEN
      knowngood_results := knowngood_results || '["${leftOut}", "", 0, null, null]'::text;
      CONTINUE;
    END IF;
    knowngood_count := 0;
    knowngood_answer := NULL;
    knowngood_seen := NULL;
    BEGIN
      IF knowngood_trial.role IS NOT NULL THEN
        EXECUTE pg_catalog.format('SET LOCAL ROLE %I', knowngood_trial.role);
      END IF;
      IF knowngood_trial.first IS NOT NULL THEN
        EXECUTE knowngood_trial.first;
      END IF;
      FOR knowngood_step IN SELECT s FROM pg_catalog.json_array_elements_text(knowngood_trial.steps) s LOOP
        EXECUTE knowngood_step;
        GET DIAGNOSTICS knowngood_count = ROW_COUNT;
      END LOOP;
      IF knowngood_trial.asked IS NOT NULL THEN
        EXECUTE knowngood_trial.asked INTO knowngood_answer;
        GET DIAGNOSTICS knowngood_count = ROW_COUNT;
      END IF;
      IF knowngood_trial.effect IS NOT NULL THEN
        EXECUTE knowngood_trial.effect INTO knowngood_seen;
      END IF;
      SET CONSTRAINTS ALL IMMEDIATE;
      RAISE EXCEPTION USING ERRCODE = '${done}';
    EXCEPTION
      WHEN SQLSTATE '${done}' THEN
        IF knowngood_count >= knowngood_trial.least AND knowngood_seen IS NOT FALSE THEN
          knowngood_working := knowngood_trial.place;
        END IF;
        knowngood_results := knowngood_results
          || pg_catalog.json_build_array(NULL, '', knowngood_count, knowngood_answer, knowngood_seen)::text;
      WHEN OTHERS OR assert_failure THEN
        knowngood_results := knowngood_results
          || pg_catalog.json_build_array(SQLSTATE, SQLERRM, 0, NULL, NULL)::text;
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('knowngood.results',
    '[' || pg_catalog.array_to_string(knowngood_results, ',') || ']', false);
END`)}`;
}

let last: Promise<unknown> = Promise.resolve();

/** Runs work after all that was given before has ended: scratch databases of one server would share their roles. */
export function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

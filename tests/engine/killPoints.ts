/** A line of Pulumi's display that tells of one step of one resource, at which an `up` can be killed. */
export interface KillPoint {
  resource: string;
  /** As the display says it, such as `creating replacement`. */
  step: string;
}

const line =
  /^ *\S+ +(?:docker|command):\S+ (\S+) ((?:creating|created|updating|updated|replacing|replaced|deleting|deleted)(?: replacement| original)?) \(/gm;

/**
 * Every step of every resource that the text of an `up` tells of; not components, with which nothing is done. Those from
 * the last creation's end on are left out: the `up` can have come to its own end before it is killed there.
 */
export function killPointsIn(text: string): KillPoint[] {
  const all = [...text.matchAll(line)].map(([, resource = "", step = ""]) => ({ resource, step }));
  const points = all.slice(
    0,
    all.findLastIndex(({ step }) => step.startsWith("created")),
  );
  const named = new Map(points.map((point) => [`${point.resource} ${point.step}`, point]));
  // Resources that wait for nothing of each other come in any order, and the same seed is to choose the same.
  return [...named].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, point]) => point);
}

/** What the display says at a point. */
export function said({ resource, step }: KillPoint): RegExp {
  return new RegExp(`^ *\\S+ +\\S+ ${resource} ${step} \\(`, "m");
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function seededRandom(from: number): () => number {
  let state = from | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** So many of a list, none of them twice. */
export function drawn<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  ).flat();
}

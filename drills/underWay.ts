/** Environment variable by which a drill tells the program of its `up` that it is one. */
export const drillVariable = "KNOWNGOOD_DRILL";

/** Which part of which drill an `up` is. */
export interface DrillUnderWay {
  id: string;
  /** `out` brings something else than what ran, `back` what ran before the drill. */
  way: "out" | "back";
}

/** What the environment says of a drill; undefined for every other `up`. */
export function drillUnderWay(environment: NodeJS.ProcessEnv): DrillUnderWay | undefined {
  const [, way, id] = /^(out|back) (\S+)$/.exec(environment[drillVariable] ?? "") ?? [];
  return id !== undefined && (way === "out" || way === "back") ? { id, way } : undefined;
}

export function drillEnvironment({ id, way }: DrillUnderWay): Record<string, string> {
  return { [drillVariable]: `${way} ${id}` };
}

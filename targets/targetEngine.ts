import { EngineError, EngineTimeout, type ContainerState, type Engine } from "../gates/engine";
import type { Target, Wanted } from "./target";

const missing: ContainerState = { status: "missing", instance: "missing", restarts: 0 };

/**
 * A target as gates and evidence look at services: what is a container's id elsewhere is here the service's name.
 * @param target opened when it is first asked
 * @param known what the services may run
 */
export function targetEngine(target: () => Promise<Target>, known: readonly Wanted[]): Engine {
  let opened: Promise<Target> | undefined;
  const asked = async <Answer>(
    ask: (target: Target) => Promise<Answer>,
    timeoutMs: number,
  ): Promise<Answer> => {
    try {
      return await within(
        (async () => ask(await (opened ??= target())))(),
        timeoutMs,
        () => new EngineTimeout(`no answer in ${timeoutMs / 1000} s`),
      );
    } catch (error) {
      if (error instanceof EngineError) throw error;
      throw new EngineError(error instanceof Error ? error.message : String(error));
    }
  };
  const inspectAll = async (ids: readonly string[], timeoutMs: number) => {
    const found = await asked(
      (opened) => opened.look(known.filter(({ service }) => ids.includes(service))),
      timeoutMs,
    );
    return new Map(ids.map((id) => [id, found.find(({ service }) => service === id)?.state ?? missing]));
  };
  return {
    inspectAll,
    inspect: async (id, timeoutMs) => (await inspectAll([id], timeoutMs)).get(id) ?? missing,
    logs: (id, lines, timeoutMs) => asked((opened) => opened.logs(id, lines), timeoutMs),
    exec: (id, command, timeoutMs) => asked((opened) => opened.exec(id, command, timeoutMs), timeoutMs),
  };
}

/** The answer, or an error when its time is over; what it does then is the target's signal to end. */
async function within<Answer>(
  answer: Promise<Answer>,
  timeoutMs: number,
  late: () => Error,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      answer,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(late()), timeoutMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

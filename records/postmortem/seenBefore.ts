import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fieldsOf, itemsOf } from "../../settings/asWritten";

/** What the kept evidence tells of what ran before a rollback. */
export interface SeenBefore {
  /** When each service's container had started, where the engine said. */
  startedAt: ReadonlyMap<string, string>;
  /** The gates that had passed last, by resource, each with its time. */
  gates: ReadonlyMap<string, string>;
  /** What CI said of the releases that ran, by tag. */
  ci: ReadonlyMap<string, { verdict: string; url?: string }>;
  /** Last log lines by service. */
  logs: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads kept evidence back; undefined where it is not on this machine, or not any more.
 * @param logLines of each service
 */
export function seenBefore(folder: string, logLines: number): SeenBefore | undefined {
  let evidence: Record<string, unknown>;
  try {
    evidence = fieldsOf(JSON.parse(readFileSync(join(folder, "evidence.json"), "utf8")));
  } catch {
    return undefined;
  }
  const services = itemsOf(evidence.services).map((service) => fieldsOf(service));
  return {
    startedAt: textsOf(
      services.map(({ service, container }) => [service, fieldsOf(container).startedAt] as const),
    ),
    gates: textsOf(
      Object.entries(fieldsOf(evidence.gates)).map(
        ([name, report]) => [name, fieldsOf(report).passedAt] as const,
      ),
    ),
    ci: new Map(
      Object.entries(fieldsOf(evidence.ci)).flatMap(([tag, ci]) => {
        const { verdict, url } = fieldsOf(ci);
        if (typeof verdict !== "string") return [];
        return [[tag, { verdict, ...(typeof url === "string" && { url }) }]];
      }),
    ),
    logs: new Map(
      (logLines === 0 ? [] : services).flatMap(({ service, log }) =>
        typeof service === "string" && typeof log === "string"
          ? [[service, lastLines(join(folder, log), logLines)]]
          : [],
      ),
    ),
  };
}

function textsOf(entries: readonly (readonly [unknown, unknown])[]): Map<string, string> {
  return new Map(
    entries.flatMap(([name, value]): [string, string][] =>
      typeof name === "string" && typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

function lastLines(file: string, count: number): string[] {
  try {
    return readFileSync(file, "utf8").replace(/\n$/, "").split("\n").slice(-count);
  } catch {
    return [];
  }
}

import type { ContainerState, Engine } from "../gates/engine";
import type { Redact } from "../gates/redaction";
import { clean, oneLine, shortened } from "../gates/shownText";
import type { RunningService } from "../history/running";

/** What is seen of a running service before it changes. */
export interface ServiceEvidence {
  service: string;
  release: string;
  digest: string;
  containerId: string;
  /** Undefined where the engine did not tell. */
  container?: ContainerState;
  /** The last log lines, without secrets; undefined where the engine did not tell. */
  log?: readonly string[];
  /** What could not be had, and why. */
  problems: readonly string[];
}

/** Seconds that the engine has for all of it: as much as for any evidence of a preview. */
const answerSeconds = 10;
/** Characters of a log line that are kept. */
const longestLine = 10_000;

/**
 * Looks at what runs: each container's state, and its last log lines. Never rejects: what can't be had says why.
 * @param lines of each log
 */
export function lookAtServices(
  services: readonly RunningService[],
  engine: Pick<Engine, "inspectAll" | "logs">,
  lines: number,
  redact: Redact,
): Promise<ServiceEvidence[]> {
  const ids = services.map(({ containerId }) => containerId);
  // Every call of Docker's program takes the longer the more of them run, and a rollback waits for all.
  const states = engine.inspectAll(ids, answerSeconds * 1000);
  return Promise.all(services.map((service) => lookAt(service, states, engine, lines, redact)));
}

async function lookAt(
  { service, tag, digest, containerId }: RunningService,
  states: Promise<ReadonlyMap<string, ContainerState>>,
  engine: Pick<Engine, "logs">,
  lines: number,
  redact: Redact,
): Promise<ServiceEvidence> {
  const [state, log] = await Promise.allSettled([
    states.then((known) => known.get(containerId)),
    lines === 0 ? "" : engine.logs(containerId, lines, answerSeconds * 1000),
  ]);
  const gone = state.status === "fulfilled" && state.value?.status === "missing";
  const problem = (what: string, reason: unknown) =>
    `${what} of ${service}: ${oneLine(clean(messageOf(reason), redact), 300)}`;
  return {
    service,
    release: tag,
    digest,
    containerId,
    ...(state.status === "fulfilled" && state.value && { container: state.value }),
    ...(log.status === "fulfilled" && { log: lastLines(clean(log.value, redact), lines) }),
    problems: [
      ...(state.status === "rejected" ? [problem("the container's state", state.reason)] : []),
      // A container that is gone has no log, and its state says so.
      ...(log.status === "rejected" && !gone ? [problem("the log", log.reason)] : []),
    ],
  };
}

/** @param text already without secrets: half a secret is not found */
function lastLines(text: string, count: number): string[] {
  const whole = text.replace(/\n$/, "");
  const lines = whole === "" ? [] : whole.split("\n");
  return lines.slice(Math.max(0, lines.length - count)).map((line) => shortened(line, longestLine));
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

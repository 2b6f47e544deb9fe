import type { ContainerState, Engine } from "./engine";
import { EngineError } from "./engine";
import type { Attempt, Decision, HealthLimits, Look } from "./healthDecision";
import { decideHealth } from "./healthDecision";
import type { HealthRequest } from "./healthRequest";
import type { Probe, ProbeResult } from "./probes";
import type { Redact } from "./redaction";
import { clean, oneLine } from "./shownText";

/** What the check of a service needs of the world. */
export interface Surroundings {
  probe: Probe;
  /** Absent where no container is watched. */
  engine?: Engine;
  /** Seconds since the gate began. */
  now(): number;
  wait(seconds: number): Promise<void>;
  /** Applied to what the service and the engine say. */
  redact: Redact;
}

/** How a check went, from its first probe to its decision. */
export interface HealthCourse {
  outcome: "passed" | "failed" | "error";
  attempts: Attempt[];
  /** Seconds until the decision. */
  seconds: number;
  /** The container as it was seen last. */
  container?: ContainerState;
}

/** Longest detail of an attempt, in characters. */
const longestDetail = 200;

/**
 * Asks a service until it is healthy or its time is over. Never rejects for what a service or an engine does.
 */
export async function checkHealth(request: HealthRequest, world: Surroundings): Promise<HealthCourse> {
  const watched = world.engine !== undefined && request.container !== undefined;
  const limits: HealthLimits = { ...request, watched };
  const attempts: Attempt[] = [];
  const watch = new Watch(request, world.engine);
  // Half of the time at most, so that an engine that hangs leaves time for a probe.
  if (watched) await watch.look(Math.min(request.timeout, request.within / 2));
  const before = watch.seen?.instance;

  for (;;) {
    const decision: Decision = decideHealth(limits, before, attempts, world.now());
    if (decision.next !== "probe") {
      return { outcome: decision.next, attempts, seconds: world.now(), container: watch.seen };
    }
    const early = decision.at - world.now();
    if (early > 0) {
      // Decided anew afterwards: a machine that slept may have slept past the end.
      await world.wait(early);
      continue;
    }
    attempts.push(await attempt(request, world, watch, decision.look));
  }
}

async function attempt(
  request: HealthRequest,
  world: Surroundings,
  watch: Watch,
  look: Look,
): Promise<Attempt> {
  const at = world.now();
  const timeout = Math.max(0.001, Math.min(request.timeout, request.within - at));
  const known = watch.seen;
  const beside = look === "beside" ? watch.look(timeout) : undefined;
  const result = await ask(world.probe, timeout);
  const latencyMs = Math.round((world.now() - at) * 1000);
  // A state probe is nothing but its look.
  const looks = look === "after" || (look === "none" && request.probe.kind === "state");
  const sight = looks ? await watch.look(request.timeout) : await beside;
  const judged = sight === undefined ? result : judge(result, sight, known);
  const detail =
    judged.detail === undefined ? undefined : oneLine(clean(judged.detail, world.redact), longestDetail);
  return { at, latencyMs, ...judged, ...(detail === undefined ? {} : { detail }) };
}

async function ask(probe: Probe, timeout: number): Promise<ProbeResult> {
  try {
    return await probe(Math.ceil(timeout * 1000));
  } catch (error) {
    return { outcome: "error", detail: (error as Error).message, final: isFinal(error) };
  }
}

/** What an answer is worth, given what was seen of the container. */
function judge(
  result: ProbeResult,
  sight: ContainerState | EngineError,
  known: ContainerState | undefined,
): ProbeResult & Pick<Attempt, "instance"> {
  const said = result.detail === undefined ? [] : [result.detail];
  if (sight instanceof EngineError) {
    const detail = [...said, `the container can't be looked at: ${sight.message}`].join("; ");
    return { ...result, outcome: "error", detail, ...(sight.final ? { final: true } : {}) };
  }
  const { instance } = sight;
  if (sight.status !== "running") {
    const detail = [`container ${stateText(sight)}`, ...said].join("; ");
    return { ...result, outcome: result.final ? "error" : "failed", detail, instance };
  }
  if (known !== undefined && known.instance !== instance && result.outcome === "ok") {
    return {
      ...result,
      detail: [...said, "the container restarted: counting starts again"].join("; "),
      instance,
    };
  }
  return { ...result, instance };
}

/** A container's state in a few words, such as `exited, exit code 1, 4 restarts`. */
export function stateText(state: ContainerState): string {
  const { status, exitCode } = state;
  return [
    status,
    ...(status === "missing" || exitCode === undefined
      ? []
      : [`${status === "running" ? "last " : ""}exit code ${exitCode}`]),
    ...(state.outOfMemory ? ["out of memory"] : []),
    ...(state.status === "missing" ? [] : [`${state.restarts} restart${state.restarts === 1 ? "" : "s"}`]),
    ...(state.error === undefined ? [] : [state.error]),
  ].join(", ");
}

/** A state as it was seen, with the exit code that an earlier look saw and the engine has forgotten since. */
export function withLastEnd(state: ContainerState, earlier: ContainerState | undefined): ContainerState {
  const { exitCode = earlier?.exitCode } = state;
  return exitCode === undefined ? state : { ...state, exitCode };
}

/** The gate's eye on the container; keeps what was seen last. */
class Watch {
  seen: ContainerState | undefined;

  constructor(
    private readonly request: HealthRequest,
    private readonly engine: Engine | undefined,
  ) {}

  /** Looks once, in at most so many seconds. */
  async look(timeout: number): Promise<ContainerState | EngineError> {
    if (this.engine === undefined || this.request.container === undefined) {
      return new EngineError("no engine to ask", true);
    }
    try {
      const state = await this.engine.inspect(this.request.container.id, Math.ceil(timeout * 1000));
      this.seen = withLastEnd(state, this.seen);
      return this.seen;
    } catch (error) {
      return error instanceof EngineError ? error : new EngineError((error as Error).message);
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof EngineError && error.final;
}

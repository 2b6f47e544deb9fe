import { unreachable } from "../../gates/engine";
import type { Host } from "../../hosts/host";
import { runOn, type HostAnswer } from "../../hosts/runOn";
import { TargetError, type Found, type Target, type Tell, type Wanted } from "../target";
import {
  composeCommand,
  linesByHand,
  nameInFile,
  overrideFiles,
  overrideText,
  pinned,
  upWords,
  wordsInside,
  type Project,
} from "./commandLine";
import { containersIn, foundOf, isSound, type ProjectContainer } from "./containers";
import { missingDependencies } from "./dependencies";
import { changeFailure } from "./changeFailure";
import { obstaclesIn, obstaclesScript } from "./obstacles";
import {
  changeScript,
  configScript,
  containersScript,
  execScript,
  logsScript,
  lookScript,
  presentScript,
  pullScript,
  type Change,
} from "./projectScript";
import { reason, refuse, stepIn } from "./said";

/** A question to the host's docker, with the connection. */
const askMs = 60_000;
/** Images may be large and lines slow; docker itself gives a registry up that does not answer. */
const pullMs = 3_600_000;
/** Beyond what compose waits for services: old containers may take their time to stop, each as its project says. */
const stopMs = 600_000;
/** Log lines of a service that failed; the runbooks' number. */
const failedLines = 50;

export interface ComposeTargetOptions {
  /** Ends what is under way, on the host too. */
  signal?: AbortSignal;
}

/** The shell's words; a command that is not in the container is told otherwise. */
const noDocker = /\bdocker: (command )?not found/;
/** The container of a command was replaced, or has ended. */
const gone = /no such container|container \S+ is not running/i;

/** A project of Docker Compose on a host, or on this machine. */
export interface ComposeTarget extends Target {
  /** Restarts what runs of one service, with the images and settings that it has. */
  restart(service: string): Promise<Found>;
}

/** @param host undefined: this machine */
export function composeTarget(
  project: Project,
  host: Host | undefined,
  { signal }: ComposeTargetOptions = {},
): ComposeTarget {
  const where = host === undefined ? project.folder : `${project.folder} on ${host.address}`;
  /** Containers in which commands were run last; one that was replaced is looked for anew. */
  const known = new Map<string, string>();

  const run = (script: string, timeoutMs: number, tell?: Tell): Promise<HostAnswer> =>
    runOn(host, script, {
      timeoutMs,
      ...(signal !== undefined && { signal }),
      ...(tell !== undefined && {
        onLine: (line) => {
          const step = stepIn(line);
          if (step !== undefined) tell(step);
        },
      }),
    });
  const ask = async (what: string, script: string, timeoutMs = askMs): Promise<string> => {
    const { exitCode, output, problem } = await run(script, timeoutMs);
    return exitCode === 0 ? output : refuse(exitCode, problem, what, where);
  };
  const containers = async (wanted: readonly Wanted[]): Promise<ProjectContainer[]> =>
    containersIn(
      await ask("The project can't be looked at", lookScript(project, composeCommand(project, wanted))),
    );
  const logsOf = (nameOfService: string, lines: number) =>
    ask("The logs can't be read", logsScript(project, composeCommand(project, []), nameOfService, lines));

  async function present(wanted: readonly Wanted[]): Promise<string[]> {
    if (wanted.length === 0) return [];
    const there = await ask("Images can't be looked for", presentScript(wanted.map(pinned)));
    const images = new Set(there.split("\n"));
    return wanted.filter((one) => images.has(pinned(one))).map(({ service }) => service);
  }

  async function missing(due: readonly Wanted[], before: readonly ProjectContainer[]): Promise<string[]> {
    const command = composeCommand(project, due);
    const configuration = await ask("The compose files can't be read", configScript(project, command));
    return missingDependencies(configuration, due.map(named), before);
  }

  const named = ({ service }: Wanted) => nameInFile(project, service);

  async function change(wanted: readonly Wanted[], due: readonly Wanted[], parts: Change, tell: Tell) {
    const command = composeCommand(project, wanted, { further: [overrideFiles(project).present] });
    const waits = project.waitTimeout * 1000 * (parts.missing.length > 0 ? 2 : 1);
    const script = changeScript(project, command, parts);
    const { exitCode, problem } = await run(script, stopMs + waits, tell);
    if (exitCode === 0) return;
    const what = `${due.map(({ service }) => service).join(", ")} could not be brought to ${releases(due)}`;
    if (exitCode >= 64) refuse(exitCode, problem, what, where);
    throw await changeFailure(
      {
        ...{ what, where, reason: reason(problem) },
        ...{ changed: due.map(named), needed: parts.missing },
      },
      () => containers(wanted),
      (name) => logsOf(name, failedLines),
    );
  }

  async function control(word: "stop" | "restart", services: readonly string[]): Promise<void> {
    const names = services.map((service) => nameInFile(project, service));
    const script = containersScript(project, composeCommand(project, []), word, names);
    await ask(
      `${services.join(", ")} could not be ${word === "stop" ? "stopped" : "restarted"}`,
      script,
      stopMs,
    );
  }

  return {
    present,

    async obstacles(wanted) {
      const { output } = await run(obstaclesScript(project, wanted), askMs);
      return obstaclesIn(output, project, wanted, host?.address);
    },

    async fetch(wanted, tell) {
      const there = await present(wanted);
      const absent = wanted.filter(({ service }) => !there.includes(service));
      if (absent.length === 0) return;
      tell(`pulls ${absent.map(pinned).join(", ")}`);
      const command = composeCommand(project, wanted, { further: ["-"] });
      const script = pullScript(project, command, overrideText(project, absent), absent.map(named));
      await ask("Images could not be pulled, and nothing that runs was touched", script, pullMs);
      const now = await present(absent);
      const lost = absent.filter(({ service }) => !now.includes(service));
      if (lost.length > 0)
        throw new TargetError(
          `Images could not be pulled in ${where}, and nothing that runs was touched: ${lost.map(pinned).join(", ")} not there afterwards`,
        );
    },

    async switchTo(wanted, tell) {
      const before = await containers(wanted);
      const due = otherThan(wanted, foundOf(project, wanted, before));
      const parts: Change = {
        override: overrideText(project, wanted),
        missing: due.length === 0 ? [] : await missing(due, before),
        up: due.length === 0 ? undefined : upWords(project, due.map(named)),
      };
      await change(wanted, due, parts, tell);
      const after = await containers(wanted);
      const found = foundOf(project, wanted, after);
      const other = wanted.filter((one) => buildIn(found, one.service) !== one.digest);
      if (other.length > 0)
        throw new TargetError(
          `${other.map(({ service }) => service).join(", ")} in ${where} run something else than ${releases(other)} after the change: something else changes the project too`,
        );
      return found;
    },

    async look(wanted) {
      return foundOf(project, wanted, await containers(wanted));
    },

    logs: (service, lines) => logsOf(nameInFile(project, service), lines),

    async exec(service, command, timeoutMs) {
      const before = known.get(service);
      const first = before === undefined ? undefined : await execIn(before, service, command, timeoutMs);
      if (first !== undefined) return first;
      const id = await runningContainer(service);
      known.set(service, id);
      const answer = await execIn(id, service, command, timeoutMs);
      if (answer === undefined) throw new TargetError(`${service} in ${where} has ended meanwhile`);
      return answer;
    },

    async stop(services, tell) {
      tell(`stops ${services.join(", ")}`);
      await control("stop", services);
    },

    async restart(service) {
      await control("restart", [service]);
      const [found] = foundOf(project, [{ service }], await containers([]));
      if (found === undefined || found.digest === undefined)
        throw new TargetError(`${service} in ${where} has no container that could be restarted`);
      return found;
    },

    byHand: (wanted) => linesByHand(project, wanted),
    execByHand: (wanted, service) => wordsInside(project, wanted, service),
  };

  /** Undefined where the container runs no more. */
  async function execIn(id: string, service: string, command: readonly string[], timeoutMs: number) {
    const { exitCode, output, problem } = await run(execScript(id, command), timeoutMs);
    if (exitCode !== 0 && gone.test(problem)) return undefined;
    if (exitCode !== 0 && (unreachable.test(problem) || noDocker.test(problem)))
      throw new TargetError(`${service} in ${where} can't be asked: ${reason(problem)}`);
    return { exitCode, output: problem.trim() === "" ? output : problem };
  }

  async function runningContainer(service: string): Promise<string> {
    const name = nameInFile(project, service);
    const own = (await containers([])).filter(
      (one) => one.service === name && one.state.status === "running",
    );
    const [first] = own.sort((a, b) => Number(isSound(b.state)) - Number(isSound(a.state)));
    if (first === undefined) throw new TargetError(`${service} in ${where} does not run`);
    return first.id;
  }
}

/** What is to be changed: what runs already is left alone, whatever it was started by. */
function otherThan(wanted: readonly Wanted[], found: readonly Found[]): Wanted[] {
  const running = found.filter(({ state }) => state.status === "running");
  return wanted.filter(({ service, digest }) => buildIn(running, service) !== digest);
}

function buildIn(found: readonly Found[], service: string): string | undefined {
  return found.find((one) => one.service === service)?.digest;
}

function releases(wanted: readonly Wanted[]): string {
  return [...new Set(wanted.map(({ release }) => release))].join(", ");
}

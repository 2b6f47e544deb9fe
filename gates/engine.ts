import { spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { Tail } from "./tail";

/** A container as the engine tells of it. */
export interface ContainerState {
  /** `running`, `exited`, `restarting`, … as the engine calls it; `missing` when it knows no such container. */
  status: string;
  /** Changes with every start of the container. */
  instance: string;
  restarts: number;
  /** Of its last end that is known; the engine itself forgets it once the container runs again. */
  exitCode?: number;
  startedAt?: string;
  finishedAt?: string;
  outOfMemory?: boolean;
  /** Why the engine could not start it. */
  error?: string;
  /** What its own health check says, where its image or its project has one: `starting`, `healthy`, `unhealthy`. */
  health?: string;
}

/** What a gate asks of a container engine. Every call throws EngineError when the engine can't be asked. */
export interface Engine {
  inspect(id: string, timeoutMs: number): Promise<ContainerState>;
  /** The same of several in one call, by their whole ids. */
  inspectAll(ids: readonly string[], timeoutMs: number): Promise<ReadonlyMap<string, ContainerState>>;
  /** The last lines of both streams, as they come. */
  logs(id: string, lines: number, timeoutMs: number): Promise<string>;
  /** Runs a command in the container; exit code and the end of what it printed. */
  exec(
    id: string,
    command: readonly string[],
    timeoutMs: number,
  ): Promise<{ exitCode: number; output: string }>;
}

/** The engine could not be asked: nothing is known of the container. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    message: string,
    /** No waiting mends it: there is no docker CLI. */
    readonly final = false,
  ) {
    super(message);
  }
}

/** A call took longer than it may. For `exec` it is the command, for the others the engine, that is slow. */
export class EngineTimeout extends EngineError {}

const noDocker = "the docker CLI was not found on PATH: install it";
/** The CLI's own words, at the start of a line: a command in the container may complain of connections too. */
export const unreachable =
  /^(cannot connect to the docker daemon|error during connect|permission denied while trying to connect)/im;

const noSuch = /no such (container|object)/i;
const missing: ContainerState = { status: "missing", instance: "missing", restarts: 0 };

/**
 * The docker CLI as an engine.
 * @param host value of DOCKER_HOST; absent: the CLI's own default
 * @param signal ends calls that are under way
 */
export function dockerEngine(host: string | undefined, signal: AbortSignal): Engine {
  const environment = dockerEnvironment(process.env, host);
  // As many calls at once as there are services are no leak.
  setMaxListeners(0, signal);
  const docker = (words: readonly string[], timeoutMs: number, merged = false) =>
    run(words, environment, timeoutMs, signal, merged);

  return {
    async inspect(id, timeoutMs) {
      const format = '{"state":{{json .State}},"restarts":{{json .RestartCount}}}';
      const answer = await docker(["container", "inspect", "--format", format, "--", id], timeoutMs);
      if (answer.exitCode === 0) return containerState(answer.output);
      if (noSuch.test(answer.problem)) return missing;
      throw new EngineError(
        lastLine(answer.problem) || `docker inspect ended with exit code ${answer.exitCode}`,
      );
    },
    async inspectAll(ids, timeoutMs) {
      const format = '{"id":{{json .Id}},"state":{{json .State}},"restarts":{{json .RestartCount}}}';
      const answer = await docker(["container", "inspect", "--format", format, "--", ...ids], timeoutMs);
      // One that is not there ends the call with an error, after it has told of the others.
      const wrong = answer.problem.split("\n").filter((line) => line.trim() !== "" && !noSuch.test(line));
      if (wrong.length > 0 || (answer.exitCode !== 0 && answer.problem.trim() === ""))
        throw new EngineError(
          wrong.at(-1)?.trim() ?? `docker inspect ended with exit code ${answer.exitCode}`,
        );
      const lines = answer.output.split("\n").filter((line) => line.trim() !== "");
      const found = new Map(lines.map((line) => [/^\{"id":"(\w+)"/.exec(line)?.[1], containerState(line)]));
      return new Map(ids.map((id) => [id, found.get(id) ?? missing]));
    },
    async logs(id, lines, timeoutMs) {
      const answer = await docker(["logs", "--tail", String(lines), "--", id], timeoutMs, true);
      if (answer.exitCode === 127) throw new EngineError(noDocker, true);
      if (answer.exitCode !== 0) throw new EngineError(lastLine(answer.output) || "docker logs failed");
      return answer.output;
    },
    async exec(id, command, timeoutMs) {
      const answer = await docker(["exec", "--", id, ...command], timeoutMs);
      if (answer.exitCode !== 0 && unreachable.test(answer.problem))
        throw new EngineError(lastLine(answer.problem));
      return {
        exitCode: answer.exitCode,
        output: answer.problem.trim() === "" ? answer.output : answer.problem,
      };
    },
  };
}

/** What the docker CLI needs of the environment, and nothing else: a program's environment can hold secrets. */
export function dockerEnvironment(own: NodeJS.ProcessEnv, host: string | undefined): NodeJS.ProcessEnv {
  const needed =
    /^(PATH|HOME|USER|LOGNAME|LANG|TMPDIR|SSH_AUTH_SOCK|XDG_.*|DOCKER_.*|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;
  const kept = Object.fromEntries(Object.entries(own).filter(([name]) => needed.test(name)));
  return host === undefined ? kept : { ...kept, DOCKER_CONTEXT: undefined, DOCKER_HOST: host };
}

interface Inspected {
  state: {
    Status: string;
    StartedAt?: string;
    FinishedAt?: string;
    ExitCode?: number;
    OOMKilled?: boolean;
    Error?: string;
    Health?: { Status?: string };
  };
  restarts: number;
}

/**
 * @param answer JSON of `state`, as the engine has it, and `restarts`
 * @throws EngineError for what is no container's state
 */
export function containerState(answer: string): ContainerState {
  const { state, restarts } = inspected(answer);
  return {
    status: state.Status,
    instance: `${state.StartedAt ?? ""} ${restarts}`,
    restarts,
    startedAt: state.StartedAt,
    ...(state.Status === "running" ? {} : { exitCode: state.ExitCode, finishedAt: state.FinishedAt }),
    ...(state.OOMKilled ? { outOfMemory: true } : {}),
    ...(state.Error ? { error: state.Error } : {}),
    ...(state.Health?.Status === undefined ? {} : { health: state.Health.Status }),
  };
}

/** @throws EngineError for what is no container's state: who answers is no Docker engine */
function inspected(answer: string): Inspected {
  let read: Partial<Inspected> | null;
  try {
    read = JSON.parse(answer) as Partial<Inspected> | null;
  } catch {
    throw new EngineError("docker inspect answered something that is not JSON");
  }
  if (typeof read?.state?.Status !== "string" || typeof read.restarts !== "number")
    throw new EngineError("docker inspect answered something that is no container's state");
  return { state: read.state, restarts: read.restarts };
}

interface Answer {
  exitCode: number;
  output: string;
  problem: string;
}

function run(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  timeoutMs: number,
  signal: AbortSignal,
  merged: boolean,
): Promise<Answer> {
  // Only one pipe for both streams keeps their lines in order.
  const program = merged ? "sh" : "docker";
  const argv = merged ? ["-c", 'exec docker "$@" 2>&1', "sh", ...words] : words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
    });
    const output = new Tail();
    const problem = new Tail();
    child.stdout.on("data", (chunk: Buffer) => output.add(chunk));
    child.stderr.on("data", (chunk: Buffer) => problem.add(chunk));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      // A grandchild, such as ssh, can hold the pipes open after the CLI is gone.
      child.stdout.destroy();
      child.stderr.destroy();
      reject(new EngineTimeout(`no answer to docker ${words[0]} within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const missing = error.code === "ENOENT" || error.code === "EACCES";
      const message = missing ? noDocker : error.message;
      reject(new EngineError(message, missing));
    });
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode: exitCode ?? 1, output: output.text(), problem: problem.text() });
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";
import type { NamedObject } from "../history/strays";

/** Seconds that the engine has for an answer. */
const answerSeconds = 10;

/**
 * Those of the images that the engine has, by `repository@sha256:…`.
 * @param signal ends the question earlier
 * @throws Error when the engine can't be asked
 */
export async function imagesOnHost(
  references: readonly string[],
  engine: string | undefined,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const format = "{{range .RepoDigests}}{{println .}}{{end}}";
  const { stdout } = await askEngine(["image", "inspect", "--format", format, ...references], engine, signal);
  const present = new Set(stdout.split("\n"));
  return new Set(references.filter((reference) => present.has(reference)));
}

/**
 * What the engine has under these names.
 * @param signal ends the question earlier
 * @throws Error when the engine can't be asked
 */
export async function objectsNamed(
  kind: "container" | "network",
  names: readonly string[],
  engine: string | undefined,
  signal?: AbortSignal,
): Promise<NamedObject[]> {
  const ofKind =
    kind === "container"
      ? '"labels":{{json .Config.Labels}},"running":{{json .State.Running}},"created":{{json .Created}},' +
        '"image":{"reference":{{json .Config.Image}},"id":{{json .Image}}}'
      : '"labels":{{json .Labels}}';
  const format = `{"id":{{json .Id}},"name":{{json .Name}},${ofKind}}`;
  const { stdout } = await askEngine([kind, "inspect", "--format", format, ...names], engine, signal);
  return (
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map(
        (line) => JSON.parse(line) as Omit<NamedObject, "labels"> & { labels: NamedObject["labels"] | null },
      )
      .map(({ name, labels, ...rest }) => ({ ...rest, name: name.replace(/^\//, ""), labels: labels ?? {} }))
      // The engine takes an id for a name, too.
      .filter(({ name }) => names.includes(name))
  );
}

/**
 * Digests of an image that the engine has, by its id; none of one that no registry has.
 * @throws Error when the engine can't be asked
 */
export async function digestsOfImage(id: string, engine: string | undefined): Promise<string[]> {
  const format = "{{range .RepoDigests}}{{println .}}{{end}}";
  const { stdout } = await askEngine(["image", "inspect", "--format", format, id], engine);
  return [...new Set(stdout.split("\n").flatMap((line) => line.split("@")[1] ?? []))];
}

/** What an engine says of itself. */
export interface EngineInfo {
  /** What no other engine is called; empty where it does not say. */
  id: string;
  /** The name of its host. */
  name: string;
  /** The folder there in which it keeps what it has. */
  root: string;
  /** What it says of the store of its images. */
  status: readonly (readonly string[])[] | null;
  /** What the docker CLI calls the engine that it asks. */
  context: string;
}

/**
 * @param signal ends the question earlier
 * @throws Error when the engine can't be asked
 */
export async function engineInfo(engine: string | undefined, signal?: AbortSignal): Promise<EngineInfo> {
  const format =
    '{"id":{{json .ID}},"name":{{json .Name}},"root":{{json .DockerRootDir}},"status":{{json .DriverStatus}},' +
    '"context":{{json .ClientInfo.Context}}}';
  const { stdout } = await askEngine(["info", "--format", format], engine, signal);
  return JSON.parse(stdout) as EngineInfo;
}

/**
 * What time it is on an engine's host.
 * @param signal ends the question earlier
 * @throws Error when the engine can't be asked
 */
export async function engineTime(engine: string | undefined, signal?: AbortSignal): Promise<Date> {
  const { stdout } = await askEngine(["info", "--format", "{{.SystemTime}}"], engine, signal);
  return new Date(stdout.trim());
}

/**
 * What the docker CLI answers in 10 s. Things that are not there make it exit 1 and are no error here.
 * @param engine value of DOCKER_HOST, where the settings name one
 * @param signal ends the question earlier
 * @throws Error when the engine can't be asked
 */
export function askEngine(
  args: readonly string[],
  engine: string | undefined,
  signal?: AbortSignal,
): Promise<{ stdout: string }> {
  const env = { ...childEnvironment(), ...(engine !== undefined && { DOCKER_HOST: engine }) };
  return new Promise((resolve, reject) => {
    const limits = { timeout: answerSeconds * 1000, killSignal: "SIGKILL", signal } as const;
    const options = { env, maxBuffer: 1 << 26, ...limits };
    execFile("docker", args, options, (error, stdout, stderr) => {
      if (error === null || /no such (image|container|network|object)|network .* not found/i.test(stderr))
        resolve({ stdout });
      else
        reject(
          new Error(
            error.killed
              ? `no answer in ${answerSeconds} s`
              : oneLine(stderr) || `it ended with ${String(error.code)}`,
          ),
        );
    });
  });
}

/** The CLI says the same of each thing that it was asked for. */
function oneLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines)].filter((line) => line !== "").join("; ");
}

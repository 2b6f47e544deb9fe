import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";
import type { NamedContainer } from "../history/strays";

/** Seconds that the engine has for an answer. */
const answerSeconds = 10;

/**
 * Those of the images that the engine has, by `repository@sha256:…`.
 * @throws Error when the engine can't be asked
 */
export async function imagesOnHost(
  references: readonly string[],
  engine: string | undefined,
): Promise<Set<string>> {
  const format = "{{range .RepoDigests}}{{println .}}{{end}}";
  const { stdout } = await docker(["image", "inspect", "--format", format, ...references], engine);
  const present = new Set(stdout.split("\n"));
  return new Set(references.filter((reference) => present.has(reference)));
}

/**
 * The container that the engine has under a name, or undefined when it has none.
 * @throws Error when the engine can't be asked
 */
export async function containerNamed(
  name: string,
  engine: string | undefined,
): Promise<NamedContainer | undefined> {
  const format = "{{.Id}} {{json .Config.Labels}}";
  const { stdout } = await docker(["container", "inspect", "--format", format, name], engine);
  const line = stdout.trim();
  if (line === "") return undefined;
  const space = line.indexOf(" ");
  return {
    id: line.slice(0, space),
    labels: (JSON.parse(line.slice(space + 1)) as NamedContainer["labels"] | null) ?? {},
  };
}

/**
 * Whether the engine has a network of this name.
 * @throws Error when the engine can't be asked
 */
export async function networkExists(name: string, engine: string | undefined): Promise<boolean> {
  const { stdout } = await docker(["network", "inspect", "--format", "{{.Id}}", name], engine);
  return stdout.trim() !== "";
}

/** Things that are not there make the CLI exit 1 and are no error here; an engine that does not answer is. */
function docker(args: readonly string[], engine: string | undefined): Promise<{ stdout: string }> {
  const env = { ...childEnvironment(), ...(engine !== undefined && { DOCKER_HOST: engine }) };
  return new Promise((resolve, reject) => {
    execFile("docker", args, { env, timeout: answerSeconds * 1000 }, (error, stdout, stderr) => {
      if (error === null || /no such (image|container|network|object)|network .* not found/i.test(stderr))
        resolve({ stdout });
      else
        reject(new Error(error.killed ? `no answer in ${answerSeconds} s` : stderr.trim() || error.message));
    });
  });
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quoted } from "../../components/ownCommand";
import { commandEnvironment } from "../../gates/commandGate";
import { dockerEnvironment } from "../../gates/engine";
import { runToEnd, type CommandEnd } from "../../gates/runToEnd";
import { HostTimeout } from "../../hosts/errors";
import { runOn } from "../../hosts/runOn";
import { containerWords, handedOver, leftoverWords } from "./containerWords";
import type { RunnerContainer, RunnerHost, RunnerPlace, RunnerRequest } from "./request";

type Asked = Pick<RunnerRequest, "within" | "env"> & { command: readonly string[]; signal: AbortSignal };

/**
 * Runs a command to its end where it is to be run, or stops it and its children when its time is over or it is told to.
 * @throws HostUnreachable where its host can't be asked
 */
export function runInPlace(where: RunnerPlace, asked: Asked): Promise<CommandEnd> {
  switch (where.kind) {
    case "here":
      return runToEnd(asked.command, {
        environment: { ...commandEnvironment(process.env), ...asked.env },
        within: asked.within,
        signal: asked.signal,
      });
    case "host":
      return runOnHost(where, asked);
    case "image":
      return runInContainer(where, asked);
    default:
      return where satisfies never;
  }
}

/** Seconds that the engine may take to find or remove a container. */
const removalSeconds = 60;

/** Removes the container that a killed run left, which may be at work yet. Another place keeps nothing. */
export async function removeLeftover(where: RunnerPlace): Promise<void> {
  if (where.kind !== "image") return;
  const options = {
    environment: dockerEnvironment(process.env, where.engine),
    within: removalSeconds,
    signal: new AbortController().signal,
  };
  const found = await runToEnd(leftoverWords(where), options);
  const ids = found.output.split("\n").filter((line) => /^[0-9a-f]{64}$/.test(line));
  if (found.exitCode !== 0 || ids.length === 0) return;
  await runToEnd(["docker", "rm", "--force", ...ids], options);
}

async function runInContainer(
  where: RunnerContainer,
  { command, env, within, signal }: Asked,
): Promise<CommandEnd> {
  const { byName, inFile } = handedOver(env);
  const folder = inFile === undefined ? undefined : await mkdtemp(join(tmpdir(), "knowngood-runner-"));
  try {
    const file = folder === undefined ? undefined : join(folder, "environment");
    if (file !== undefined) await writeFile(file, inFile ?? "", { mode: 0o600 });
    return await runToEnd(containerWords(where, command, Object.keys(byName), file), {
      environment: { ...byName, ...dockerEnvironment(process.env, where.engine) },
      within,
      signal,
    });
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    // The client may be gone, and what it ran at work yet.
    await removeLeftover(where);
  }
}

/** Lines kept of what a host's command printed. */
const keptLines = 1000;

async function runOnHost(
  { host, folder }: RunnerHost,
  { command, env, within, signal }: Asked,
): Promise<CommandEnd> {
  const began = performance.now();
  const lines: string[] = [];
  const ended = (end: Partial<CommandEnd>): CommandEnd => ({
    timedOut: false,
    output: lines.map((line) => `${line}\n`).join(""),
    seconds: (performance.now() - began) / 1000,
    ...end,
  });
  const exported = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  try {
    const { exitCode } = await runOn(host, `cd "$1" || exit 126\nshift\n${exported.join("")}"$@"`, {
      words: [folder, ...command],
      timeoutMs: within * 1000,
      signal,
      onLine: (line) => {
        lines.push(line);
        if (lines.length > keptLines) lines.shift();
      },
    });
    return ended({ exitCode });
  } catch (error) {
    if (error instanceof HostTimeout) return ended({ timedOut: true });
    if (signal.aborted) return ended({});
    throw error;
  }
}

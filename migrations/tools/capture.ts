import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { redactor } from "../../gates/redaction";
import { sha256Of, originOf, unreadReason, type CapturedWay } from "../../catalog/capturedSql";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import { migrationSections } from "../../catalog/migrationSections";
import type { Violation } from "../../settings/violations";
import { maskPasswords, passwordsIn } from "../password";
import { shipped, shippedText } from "./folderEntries";
import type { FolderContents, FolderOptions, ToolName } from "./tool";

/** A migration that is code, whose SQL a command prints. */
export interface CodeMigration {
  version: string;
  name: string;
  file: string;
  source: Buffer;
  /** What stands for the command's placeholders, beside the folder. */
  placeholders: Readonly<Record<string, string>>;
  /** What it does, or why no command can tell; then none is asked. */
  without?: CapturedWay;
}

/** How one tool's SQL is had. */
export interface CaptureRecipe {
  tool: ToolName;
  /** The command for each way; undefined where the tool has none that needs no database in the right state. */
  commands: { up: string; down: string | undefined };
  /** SQL from what the command printed. */
  clean(output: string): Promise<CapturedWay>;
  /** Whether a failed down command only says that there is no way down. */
  isIrreversible(output: string): boolean;
}

/** Seconds for one command. */
const commandSeconds = 120;
/** Shorter values of the environment are words of their own. */
const shortestSecret = 6;
/** What a shell answers for a command that it can't run. */
const notFound = [126, 127];

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

type Captured = {
  shipped: ShippedMigration;
  told: string[];
  failed?: Ended & { version: string };
  ran: boolean;
};

/**
 * Captures each migration's SQL, both ways, with a command of its own, a few at a time. What the catalog holds already
 * of the same file is taken from there. One that a command fails for is kept as one that can't be judged, unless all do.
 */
export async function capture(
  recipe: CaptureRecipe,
  folder: string,
  migrations: readonly CodeMigration[],
  options: FolderOptions,
): Promise<FolderContents> {
  const commands = commandsOf(recipe, options);
  const captured: Captured[] = [];
  const waiting = [...migrations.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, migration] = next;
      captured[index] = await captureOne(recipe, commands, folder, migration, options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  const ran = captured.filter((one) => one.ran);
  const failed = ran.flatMap((one) => one.failed ?? []);
  const broken = failed.find(({ code }) => notFound.includes(code));
  const nothingWorks = failed.length > 0 && failed.length === ran.length && ran.length === captured.length;
  const violations = broken ?? (nothingWorks ? failed[0] : undefined);
  return {
    migrations: captured.map((one) => one.shipped),
    violations: violations === undefined ? [] : [commandViolation(violations)],
    told: captured.flatMap((one) => one.told),
  };
}

function commandsOf({ commands }: CaptureRecipe, { capture, captureDown }: FolderOptions) {
  const both = capture?.includes("{direction}") ? capture : undefined;
  return { up: capture ?? commands.up, down: captureDown ?? both ?? commands.down };
}

async function captureOne(
  recipe: CaptureRecipe,
  commands: { up: string; down: string | undefined },
  folder: string,
  migration: CodeMigration,
  { known }: FolderOptions,
): Promise<Captured> {
  const { version, name, file } = migration;
  const source = sha256Of(migration.source);
  const held = known?.(version);
  if (held !== undefined && originOf(held)?.source === source) {
    const { down } = migrationSections(version, held);
    return {
      shipped: shippedText(file, version, name, held, down && {}),
      told: toldOf(file, held),
      ran: false,
    };
  }
  const origin = { tool: recipe.tool, version, source };
  if (migration.without !== undefined) {
    const one = shipped(file, name, origin, migration.without, migration.without);
    return { shipped: one, told: toldOf(file, one.sql.toString("utf8")), ran: false };
  }
  const asked = { folder, version, name, ...migration.placeholders };
  const up = await run(filled(commands.up, { ...asked, direction: "up" }));
  const upWay = up.code === 0 ? await recipe.clean(up.stdout) : { sql: "", unread: failureText(up) };
  let downWay: CapturedWay | undefined;
  if (commands.down !== undefined && up.code === 0) {
    const down = await run(filled(commands.down, { ...asked, direction: "down" }));
    if (down.code === 0) downWay = await recipe.clean(down.stdout);
    else if (!recipe.isIrreversible(down.stderr)) downWay = { sql: "", unread: failureText(down) };
  }
  const one = shipped(file, name, origin, upWay, downWay);
  return {
    shipped: one,
    told: toldOf(file, one.sql.toString("utf8")),
    failed: up.code === 0 ? undefined : { ...up, version },
    ran: true,
  };
}

function toldOf(file: string, text: string): string[] {
  const reason = unreadReason(text);
  return reason === undefined ? [] : [`${file} can't be judged: ${reason}`];
}

/** Placeholders become one word each for the shell; `{from}:{to}` is one as well. */
function filled(command: string, values: Readonly<Record<string, string>>): string {
  return command.replace(/\{([a-z]+)\}/g, (written, key: string) => {
    const value = values[key];
    if (value === undefined) return written;
    return /^[A-Za-z0-9_.:/@-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
  });
}

function run(command: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: commandSeconds * 1000,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.once("close", (code, signal) => {
      if (signal !== null) stderr += `\nno answer in ${commandSeconds} s (${signal})`;
      resolve({ code: code ?? 1, stdout, stderr: withoutSecrets(stderr, command) });
    });
  });
}

/** What a command says goes into the catalog, which is committed: no password of its own may be in it. */
function withoutSecrets(text: string, command: string): string {
  const held = Object.entries(process.env).flatMap(([name, value = ""]) => [
    ...(/pass|secret|token/i.test(name) && value.length >= shortestSecret ? [value] : []),
    ...passwordsIn(value),
  ]);
  const given = [...command.matchAll(/\w*(?:pass|secret|token)\w*[= ]["']?([^\s"']+)/gi)].map(
    ([, value = ""]) => value,
  );
  return maskPasswords(redactor([...held, ...passwordsIn(command), ...given])(text));
}

function failureText({ code, stdout, stderr }: Ended): string {
  const last = (text: string) =>
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .at(-1)
      ?.trim();
  return `its command ended with ${code}: ${last(stderr) ?? last(stdout) ?? "no output"}`;
}

function commandViolation(ended: Ended & { version: string }): Violation {
  return {
    // The command itself is not shown: it can hold a database's password.
    where: `--capture, for ${ended.version}`,
    found: failureText(ended),
    expected:
      "name the command that prints a migration's SQL, and run this where it works: --capture COMMAND, with {from}, {to}, {version}, {app}, {name}, {folder} and {direction} standing for the migration",
  };
}

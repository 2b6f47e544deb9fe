import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { testFolder, type first, type TestFolder } from "../catalog/catalogFolder";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

/** What a command left: its exit code and what it printed. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A folder of one test in which the real command is run. */
export interface CommandLine extends TestFolder {
  knowngood(...args: string[]): Promise<Ended>;
  run(program: string, args: string[]): Promise<Ended>;
  /** Writes migrations into `db/`. */
  writeMigrations(...samples: (typeof first)[]): void;
  /** Name and time of every file of the catalog: what "nothing changed" means. */
  state(): string[];
}

export function commandLine(): CommandLine {
  const folder = testFolder();
  const run = async (program: string, args: string[]): Promise<Ended> => {
    const env = { ...process.env, DOCKER_CONFIG: folder.path, GIT_CEILING_DIRECTORIES: dirname(folder.path) };
    return new Promise((resolve) => {
      execFile(program, args, { cwd: folder.path, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  };
  return {
    ...folder,
    run,
    knowngood: (...args) => run(process.execPath, [command, ...args]),
    writeMigrations(...samples) {
      for (const { migration, sql } of samples)
        folder.write(`db/${migration.version}_${migration.name}.sql`, sql);
    },
    state() {
      const releases = join(folder.path, "releases");
      if (!existsSync(releases)) return [];
      const files = readdirSync(releases, { recursive: true, encoding: "utf8" }).sort();
      return files.map((file) => `${file} ${statSync(join(releases, file)).mtimeMs}`);
    },
  };
}

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A container's state as `docker container inspect` gives it. */
export interface Inspected {
  status?: string;
  startedAt?: string;
  restarts?: number;
  exitCode?: number;
}

/** A `docker` executable of a test's own, for what needs no engine: arguments, environment, answers, failures. */
export interface FakeDocker {
  /** To be put first on PATH. */
  bin: string;
  /** Each call as `DOCKER_HOST|arguments`. */
  calls(): string[];
  /** The answers of one inspect after the other; the last one stays. */
  inspects(answers: Inspected[]): void;
  /** What a subcommand (`container`, `logs`, `exec`) does instead, as shell. */
  script(subcommand: string, shell: string): void;
}

export function fakeDocker(folder: string): FakeDocker {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const file = join(bin, "docker");
  writeFileSync(
    file,
    `#!/bin/sh
here='${folder}'
echo "$DOCKER_HOST|$*" >> "$here/calls"
[ -f "$here/$1.sh" ] && { . "$here/$1.sh"; exit; }
[ "$1" = container ] || exit 0
count=$(cat "$here/count" 2>/dev/null || echo 0)
echo $((count + 1)) > "$here/count"
[ -f "$here/inspect.$count" ] || count=last
cat "$here/inspect.$count"
`,
  );
  chmodSync(file, 0o755);
  const docker: FakeDocker = {
    bin,
    calls: () => {
      const calls = join(folder, "calls");
      return existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
    },
    inspects: (answers) => {
      const texts = answers.map(({ status = "running", startedAt = "t0", restarts = 0, exitCode = 0 }) =>
        JSON.stringify({ state: { Status: status, StartedAt: startedAt, ExitCode: exitCode }, restarts }),
      );
      texts.forEach((text, index) => writeFileSync(join(folder, `inspect.${index}`), text));
      writeFileSync(join(folder, "inspect.last"), texts.at(-1) ?? "");
    },
    script: (subcommand, shell) => writeFileSync(join(folder, `${subcommand}.sh`), shell),
  };
  docker.inspects([{}]);
  return docker;
}

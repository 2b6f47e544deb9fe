import { userInfo } from "node:os";

/** Who ran an `up`, as the environment tells it. */
export interface Operator {
  /** Account of a pipeline's user where there is one, else of the machine's. */
  name: string;
  /** The machine. */
  host: string;
  /** Address of the pipeline's run, where it is one. */
  run?: string;
}

/** Variables in which pipelines name the person who started them, and the address of the run. */
const people = [
  "GITHUB_ACTOR",
  "GITLAB_USER_LOGIN",
  "BUILDKITE_BUILD_CREATOR",
  "CIRCLE_USERNAME",
  "BUILD_USER_ID",
];
const runs = ["CI_JOB_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "BUILD_URL"];

/**
 * @param environment of the program
 * @param user name of the account that it runs under
 */
export function operator(environment: NodeJS.ProcessEnv, user: string, host: string): Operator {
  const first = (names: readonly string[]) =>
    names.map((name) => environment[name]).find((value) => value !== undefined && value !== "");
  const run = githubRun(environment) ?? first(runs);
  // Whoever became root for it is the person.
  const name = first([...people, "SUDO_USER"]) ?? user;
  return { name, host, ...(run !== undefined && { run }) };
}

function githubRun({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: repository,
  GITHUB_RUN_ID: id,
}: NodeJS.ProcessEnv): string | undefined {
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
}

/** Name of the account that this process runs under. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

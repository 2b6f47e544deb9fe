import { createRequire } from "node:module";
import { InvalidArgumentError, type Command } from "commander";
import type * as logsModule from "./logs";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood logs --stack prod                      # the last 200 lines of each service, in the order of time
  $ knowngood logs api --stack prod --since 10m --tail all
  $ knowngood logs api worker --stack prod --follow  # Ctrl-C ends it

Asks the stack's Docker host (\`docker.host\`) for the containers that carry the stack's labels, stopped ones too. Each line
begins with its service. Of services on another target (\`target\`) the last lines are told, one service after the other; it has
neither --follow nor --since. Where a service has no container any more, the file with its last lines is named, which the
\`up\` kept that took it away. What services say is not searched for secrets.
Ctrl-C in --follow is no failure; that no service has a log is one.`;

/** Declares `logs`. What it does is loaded when it is run. */
export function addLogsCommand(program: Command): void {
  program
    .command("logs")
    .description("Print what the services say, from the host that they run on.")
    .argument("[services...]", "of these services; without one of all")
    .option("--stack <stack>", "the stack; without it the selected one")
    .option("--since <time>", "only newer lines: how long ago (10m, 2h30m), or a time in ISO 8601", since)
    .option("--tail <count>", "how many of the last lines of each service, or all", tail, "200")
    .option("--follow", "go on with what comes, until Ctrl-C or the containers end")
    .addHelpText("after", help)
    .action((services: string[], options: logsModule.LogsOptions) =>
      (load("./logs") as typeof logsModule).logs(services, options),
    );
}

/** What `docker logs` understands: of other texts it says so only once all else has been asked. */
function since(text: string): string {
  if (!/^((\d+(\.\d+)?(s|m|h))+|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)$/.test(text))
    throw new InvalidArgumentError(
      "write how long ago, such as 10m or 2h, or a time such as 2026-03-01T12:00:00Z",
    );
  return text;
}

function tail(text: string): string {
  if (text !== "all" && !/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError("write a number of lines, or all");
  return text;
}

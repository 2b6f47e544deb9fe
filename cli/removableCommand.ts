import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as removableModule from "./removable";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood removable --stack prod
  $ knowngood removable --stack prod --json | jq -r '.images[].command'

Names the images on the stack's Docker host that came from its own repositories and that nothing needs: in no container of the
host, running or stopped; not of the target, of what runs, or of the last known-good releases (\`guards.wayBack\`, at least one);
not of another stack of the same Pulumi backend; still in their registry. What can't be told is left out, with why. Nothing is removed: run the
commands yourself. It is for containers that the stack makes (\`target: docker\`). Volumes, containers and other images are never named.`;

/** Declares `removable`. What it does is loaded when it is run. */
export function addRemovableCommand(program: Command): void {
  program
    .command("removable")
    .description("Name the images that nothing needs any more, with the commands that remove them.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action((options: removableModule.RemovableOptions) =>
      (load("./removable") as typeof removableModule).removable(options),
    );
}

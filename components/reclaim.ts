import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Stray } from "../history/strays";

export const reclaimType = "knowngood:index:Reclaim";

export interface ReclaimArgs {
  /** What a killed update, or a person, made and the state does not hold; none on an ordinary day. */
  strays: readonly Stray[];
  /** Value of DOCKER_HOST. @default what `docker` itself would use */
  engine?: string;
  /** What must exist before a stray, which may be all that still serves, is removed. @default nothing */
  removeAfter?: Promise<pulumi.Resource[]>;
}

/**
 * Removes what was created on the engine without the stack's state knowing, so that the names are free again.
 * It has run for the last strays that there were, and stays as it is until there are others.
 */
export class Reclaim extends pulumi.ComponentResource {
  /** For what must wait until the names are free. */
  readonly removal: command.local.Command;

  constructor(name: string, args: ReclaimArgs, options?: pulumi.ComponentResourceOptions) {
    super(reclaimType, name, {}, options);
    const ids = args.strays.map(({ id }) => id);
    this.removal = new command.local.Command(
      `${name}-removal`,
      {
        create:
          args.strays.length === 0
            ? "true"
            : [...stopping(args.strays), ["docker rm --force", ...ids].join(" ")].join("; "),
        triggers: ids,
        ...(args.engine !== undefined && { environment: { DOCKER_HOST: args.engine } }),
        logging: command.local.Logging.None,
      },
      {
        parent: this,
        dependsOn: args.removeAfter,
        ignoreChanges: args.strays.length === 0 ? ["create", "triggers", "environment"] : [],
      },
    );
    this.registerOutputs({});
  }
}

/** What a person made serves in earnest: it has its own time to end what is in flight. */
function stopping(strays: readonly Stray[]): string[] {
  const ids = strays.flatMap(({ id, byHand }) => (byHand === undefined ? [] : [id]));
  return ids.length === 0 ? [] : [["docker stop", ...ids].join(" ")];
}

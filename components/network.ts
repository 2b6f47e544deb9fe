import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../history/running";
import { networkType } from "../history/recordedNetwork";
import { quoted } from "./ownCommand";

export interface NetworkArgs {
  /** The network's name on the engine. */
  name: string;
  /** The stack that it belongs to, such as `shop/prod`: a label. */
  stack: string;
  /** Counts how often it has been made: the next number makes it anew. @default 0 */
  generation?: number;
  /** Value of DOCKER_HOST. @default what `docker` itself would use */
  engine?: string;
}

/**
 * The network on which the services of a stack find each other by name. A command, since the provider's own resource
 * waits two seconds each time it is read, and it is read in every preview and every update.
 */
export class Network extends pulumi.ComponentResource {
  readonly name: string;
  /** For what must wait for the network, and be replaced with it. */
  readonly creation: command.local.Command;

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super(networkType, name, {}, options);
    const network = quoted(args.name);
    const label = quoted(`${labels.stack}=${args.stack}`);
    this.name = args.name;
    this.creation = new command.local.Command(
      `${name}-creation`,
      {
        // What a killed update made is taken as it is, so a second attempt does not fail on the name.
        create:
          `docker network inspect ${network} >/dev/null 2>&1 || ` +
          `docker network create --label ${label} ${network} >/dev/null`,
        // One that is gone already needs no removal; one that carries another label is somebody else's.
        delete:
          `found=$(docker network ls --quiet --filter name=${quoted(`^${args.name}$`)} --filter label=${label}) || exit 1; ` +
          '[ -z "$found" ] || exec docker network rm "$found" >/dev/null',
        // An update would leave behind what the old name, or the old engine, has.
        triggers: [args.generation ?? 0, args.name, args.engine ?? ""],
        ...(args.engine !== undefined && { environment: { DOCKER_HOST: args.engine } }),
        logging: command.local.Logging.None,
      },
      // The name is taken until the old one is gone.
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs({ name: this.name });
  }
}

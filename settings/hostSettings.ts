import { z } from "zod";
import type { Host } from "../hosts/host";
import { fieldsOf, type Complain } from "./asWritten";
import { listOf, secretName } from "./values";

/** Neither an option nor two words, wherever it stands in a command of ssh. */
const address = (example: string) => {
  const wrong = { error: `write a host as ssh takes it, such as ${example}` };
  return z.string(wrong).regex(/^[^\s-]\S*$/, wrong);
};

const aHostKey = {
  error:
    "write a public key as ssh-keyscan prints it, without the host's name, such as ssh-ed25519 AAAAC3Nza…",
};

/** How a machine is reached that services run on: the same for every target but Docker's own. */
export const hostFields = {
  host: address("deploy@shop.example")
    .optional()
    .describe(
      "Machine that the services run on, as `ssh` takes it: `deploy@shop.example`, `ssh://deploy@shop.example:2222`, or a name from `~/.ssh/config`. Without it, this machine.",
    ),
  hostKeys: listOf(
    z.string(aHostKey).regex(/^[a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( .*)?$/, aHostKey),
    "write a list of public keys, such as [ssh-ed25519 AAAAC3Nza…]",
  )
    .min(1, { error: "name a public key, or leave the setting out" })
    .optional()
    .describe(
      "Public keys of which the host must show one, so that no machine without a `known_hosts` trusts a stranger; by default what `known_hosts` says.",
    ),
  key: secretName
    .optional()
    .describe(
      "Name of the secret setting that holds the private key; by default the agent's keys, and those that `~/.ssh/config` names.",
    ),
  jump: address("deploy@gate.example")
    .optional()
    .describe("Host to jump over, as `ssh -J` takes it; by default none but what `~/.ssh/config` says."),
};

/** What the connection's settings mean to each other; for the `rule` of a target's structure. */
export function checkHost(settings: unknown, complain: Complain): void {
  const { host, ...others } = fieldsOf(settings);
  if (host !== undefined) return;
  for (const name of ["hostKeys", "key", "jump"] as const) {
    if (others[name] !== undefined) complain([name], "it needs a host: add `host`, or remove it");
  }
}

export interface HostSettings {
  host?: string | undefined;
  hostKeys?: string[] | undefined;
  key?: string | undefined;
  jump?: string | undefined;
}

/**
 * The machine that the settings mean; undefined for this one.
 * @param secret the secret setting of a name
 */
export function hostOf(
  { host, hostKeys, key, jump }: HostSettings,
  secret: (name: string) => string,
): Host | undefined {
  if (host === undefined) return undefined;
  return {
    address: host,
    ...(hostKeys !== undefined && { hostKeys }),
    ...(key !== undefined && { key: secret(key) }),
    ...(jump !== undefined && { jump }),
  };
}

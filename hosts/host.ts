/**
 * A machine that services run on, reached by OpenSSH's own client, so that what works for the operator's `ssh` (an agent,
 * `~/.ssh/config`, a jump host, a tunnel as ProxyCommand) works here. Where a host is undefined, this machine is meant.
 */
export interface Host {
  /** As `ssh` takes it: `deploy@shop.example`, `ssh://deploy@shop.example:2222`, or a name from `~/.ssh/config`. */
  address: string;
  /**
   * Public keys of which the host must show one, such as `ssh-ed25519 AAAA…`. A jump host may show one of them, or one that
   * `known_hosts` has of it. @default what `known_hosts` says
   */
  hostKeys?: readonly string[];
  /** A private key's text, for the host and the jump host; secret. @default the agent's, and what `~/.ssh/config` names */
  key?: string;
  /** The host to jump over, as `ssh -J` takes it. @default none */
  jump?: string;
  /** Seconds to wait for the connection. @default 10 */
  connectTimeout?: number;
}

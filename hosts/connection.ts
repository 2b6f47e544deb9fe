import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quoted } from "../components/ownCommand";
import type { Host } from "./host";

/** Seconds to wait for a connection, where the host does not say. */
export const connectSeconds = 10;

/** The name under which the keys of `hostKeys` stand, so that they hold for whatever name or port the host is reached by. */
const keyAlias = "knowngood-host";

/**
 * What ssh reads first, of every host on the way: a jump host is reached by an ssh of its own, which takes the file but none of
 * the options. What a person's own file says follows, as it would without this one.
 */
export function sshSettings(host: Host, files: { key?: string; jumpKeys: string }): string {
  return [
    "Host *",
    "  BatchMode yes",
    "  StrictHostKeyChecking yes",
    `  ConnectTimeout ${host.connectTimeout ?? connectSeconds}`,
    "  ServerAliveInterval 5",
    "  ServerAliveCountMax 3",
    "  LogLevel ERROR",
    "  ForwardAgent no",
    "  PermitLocalCommand no",
    // A connection that somebody else has opened was checked by somebody else.
    "  ControlMaster no",
    "  ControlPath none",
    ...(files.key === undefined ? [] : [`  IdentityFile "${files.key}"`, "  IdentitiesOnly yes"]),
    ...(host.hostKeys === undefined ? [] : [`  KnownHostsCommand /bin/cat ${files.jumpKeys}`]),
    "Include ~/.ssh/config",
    "Include /etc/ssh/ssh_config",
    "",
  ].join("\n");
}

/** The keys that a host may show, as `known_hosts` has them. */
export function knownHosts(name: string, hostKeys: readonly string[] = []): string {
  return hostKeys.map((key) => `${name} ${key}\n`).join("");
}

/** The words of ssh that run a command of a shell on the host. */
export function sshWords(
  host: Host,
  files: { settings: string; knownHosts: string },
  command: string,
): string[] {
  const option = (name: string, value: string) => ["-o", `${name}=${value}`];
  return [
    ...["-F", files.settings, "-T", "-a", "-x"],
    ...option("ClearAllForwardings", "yes"),
    ...option("RemoteCommand", "none"),
    ...(host.hostKeys === undefined
      ? []
      : [
          ...option("UserKnownHostsFile", files.knownHosts),
          ...option("GlobalKnownHostsFile", "/dev/null"),
          ...option("KnownHostsCommand", "none"),
          ...option("HostKeyAlias", keyAlias),
          ...option("VerifyHostKeyDNS", "no"),
          ...option("UpdateHostKeys", "no"),
        ]),
    ...(host.jump === undefined ? [] : ["-J", host.jump]),
    ...["--", host.address, command],
  ];
}

/** What a person types to try the connection. */
export function typedCommand(host: Host, ...words: string[]): string {
  const jump = host.jump === undefined ? [] : ["-J", host.jump];
  return ["ssh", ...jump, host.address, ...words].map(quoted).join(" ");
}

/** The files of one connection, for this user alone; `remove` takes them away. */
export class ConnectionFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "knowngood-ssh-"));
  readonly settings = join(this.folder, "config");
  readonly knownHosts = join(this.folder, "known_hosts");
  private readonly jumpKeys = join(this.folder, "jump_keys");

  constructor(host: Host) {
    const write = (file: string, text: string) => writeFileSync(file, text, { mode: 0o600 });
    const keyFile = host.key === undefined ? undefined : join(this.folder, "key");
    // ssh takes no key whose last line does not end.
    if (keyFile !== undefined) write(keyFile, `${host.key?.trimEnd()}\n`);
    write(
      this.settings,
      sshSettings(host, { ...(keyFile !== undefined && { key: keyFile }), jumpKeys: this.jumpKeys }),
    );
    write(this.knownHosts, knownHosts(keyAlias, host.hostKeys));
    write(this.jumpKeys, knownHosts("*", host.hostKeys));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

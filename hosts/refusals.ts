import { createHash } from "node:crypto";
import { connectSeconds, typedCommand } from "./connection";
import { HostKeyMismatch, HostLost, HostUnreachable } from "./errors";
import type { Host } from "./host";

/** A public key's fingerprint, as ssh prints it. */
export function fingerprint(publicKey: string): string {
  const [type = "", key = ""] = publicKey.trim().split(/\s+/);
  const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `${type} SHA256:${digest.replace(/=+$/, "")}`;
}

/** Whether ssh went no further for the host's key. */
export function refusesKey(said: string): boolean {
  return /^host key verification failed|remote host identification has changed|^no \S+ host key is known for|no matching host key type found|host key .* revoked/im.test(
    said,
  );
}

/** The key that the host has shown, of what ssh prints with `-v`: the last one is the host's, those before it of jump hosts. */
export function keyShown(verbose: string): string | undefined {
  return [...verbose.matchAll(/Server host key: (\S+ SHA256:\S+)/g)].at(-1)?.[1];
}

/**
 * The host's key is not one of those that it should be.
 * @param said what ssh printed
 * @param shown fingerprint of the key that the host has shown
 */
export function keyMismatch(host: Host, said: string, shown: string | undefined): HostKeyMismatch {
  const known = /offending .* key in (\S+?):(\d+)/i.exec(said);
  const changed = host.hostKeys !== undefined || known !== null || /has changed|revoked/i.test(said);
  const sent = /for the (\S+) key sent by the remote host is\s+(SHA256:[^\s.]+)/i.exec(said);
  const found = shown ?? (sent === null ? "another key" : `${sent[1]} ${sent[2]}`);
  const expected =
    host.hostKeys !== undefined
      ? `expected ${host.hostKeys.map(fingerprint).join(" or ")}, of its hostKeys`
      : known !== null
        ? `expected the one in line ${known[2]} of ${known[1]}`
        : undefined;
  const look = "on the host's own console: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done";
  const lines = changed
    ? [
        `${host.address} shows another host key than it should: found ${found}; ${expected ?? "another one is known"}.`,
        "Either the host was set up anew, or something else answers in its place. Nothing was sent to it.",
        `Ask who runs the host, or compare ${look}`,
        host.hostKeys !== undefined
          ? "Only where they are equal: write the host's new public key to hostKeys."
          : `Only where they are equal: let ${typedCommand(host)} say how the line is replaced.`,
      ]
    : [
        `Nothing is known of the host key of ${host.address}${shown === undefined ? "" : `: found ${shown}`}. Nothing was sent to it.`,
        `Compare it ${look}`,
        `Where they are equal: ${typedCommand(host, "true")} asks and remembers it; or write the public key to hostKeys.`,
      ];
  if (host.jump !== undefined && shown === undefined)
    lines.push(`ssh does not say whether it is the key of the host or of ${host.jump}, which it jumps over.`);
  return new HostKeyMismatch(lines.join("\n"));
}

/** The host could not be reached. */
export function unreachable(host: Host, said: string): HostUnreachable {
  const reason = reasonOf(said) || `no answer within ${host.connectTimeout ?? connectSeconds} s`;
  return new HostUnreachable([`${host.address} can't be reached: ${reason}`, wayOn(host, reason)].join("\n"));
}

/** The connection was there, and is gone. */
export function lost(host: Host, said: string): HostLost {
  const reason = reasonOf(said) || "the connection was closed";
  return new HostLost(
    [
      `The connection to ${host.address} was lost: ${reason}`,
      `Whether what ran there has done its work isn't known; it is ended where it notices. To try the connection: ${typedCommand(host, "true")}`,
    ].join("\n"),
  );
}

/** The last words of ssh; the lines before them lead to it. */
function reasonOf(said: string): string {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^debug\d:/.test(line));
  // With a jump host, the last line only says that the connection through it is gone.
  const telling = lines.filter(
    (line) => !/^(kex_exchange_identification|connection closed by unknown)/i.test(line),
  );
  return (telling.length > 0 ? telling : lines).slice(-2).join("; ");
}

function wayOn(host: Host, reason: string): string {
  const tryIt = `To try it: ${typedCommand(host, "true")}`;
  if (/permission denied/i.test(reason)) {
    return host.key === undefined
      ? `It takes none of the keys that were offered: look with \`ssh-add -l\`, and for the user's ~/.ssh/authorized_keys there. ${tryIt}`
      : "It does not take the key of the settings: its public key must stand in the user's ~/.ssh/authorized_keys there (`ssh-keygen -y -f KEYFILE` prints it).";
  }
  if (/could not resolve/i.test(reason)) return `Look for a spelling mistake in the address. ${tryIt}`;
  return tryIt;
}

/** There is no ssh on this machine. */
export function noClient(): HostUnreachable {
  return new HostUnreachable(
    "ssh, OpenSSH's client, was not found on PATH: install it (Debian, Ubuntu: sudo apt-get install openssh-client).",
  );
}

import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../hosts/host";
import { canInstall, installPackages } from "../../toolchain/machine/apt";
import { findProgram, runCommand } from "../../toolchain/machine/commands";
import { endProcess, identityOf, lastLines, untilReady } from "../../toolchain/machine/processes";
import { freePort } from "../../toolchain/machine/registry";

/** An OpenSSH server of a test's own, on a port of 127.0.0.1, for the user that runs the test. */
export interface SshServer {
  port: number;
  user: string;
  /** `ssh://user@127.0.0.1:port` */
  address: string;
  /** The public key that it shows. */
  hostKey: string;
  /** Text of the private key that it takes. */
  key: string;
  /** All that is needed to reach it, whatever the person's own ssh settings say. */
  host: Host;
  folder: string;
  /** Its log: who connected, what was refused. */
  log: () => string;
  /** From now on it shows another host key, as one that was set up anew would. @returns its public key */
  changeHostKey: () => Promise<string>;
  stop: () => Promise<void>;
}

export interface SshServerOptions {
  /** The only command that the key may run; what was asked for is in `SSH_ORIGINAL_COMMAND`. @default any */
  forcedCommand?: string;
  /** Whether the key may only run commands, so that nobody jumps over the server. @default false */
  restricted?: boolean;
  /** Variables of every session. */
  environment?: Readonly<Record<string, string>>;
  /** Further lines of `sshd_config`. */
  settings?: readonly string[];
}

/**
 * Starts a server with keys of its own. Installs Debian's package where there is none.
 * @throws with the end of its log when it doesn't come up
 */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const sshd = await serverProgram();
  const folder = mkdtempSync(join(tmpdir(), "kg-sshd-"));
  const port = await freePort();
  const user = userInfo().username;
  const file = (name: string) => join(folder, name);
  const makeKey = (name: string) => {
    for (const old of [file(name), file(`${name}.pub`)]) rmSync(old, { force: true });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file(name)]);
    return readFileSync(file(`${name}.pub`), "utf8").trim();
  };
  const hostKey = makeKey("host_key");
  const clientKey = makeKey("client_key");
  const rights = [
    ...(options.forcedCommand === undefined
      ? []
      : [`command="${options.forcedCommand.replaceAll('"', '\\"')}"`]),
    ...(options.restricted === true ? ["restrict"] : []),
  ].join(",");
  writeFileSync(file("authorized_keys"), `${rights}${rights === "" ? "" : " "}${clientKey}\n`);
  writeFileSync(file("sshd_config"), serverSettings(folder, port, options));
  const log = file("log");
  const start = async () => {
    rmSync(file("pid"), { force: true });
    await startDaemon([sshd, "-E", log, "-f", file("sshd_config")]);
    const server = identityOf(Number(await readOnceThere(file("pid"), log)));
    if (server === undefined) throw new Error(`sshd ended while starting:\n${lastLines(log)}`);
    await untilReady("sshd", server, () => greets(port), { within: 30, log });
    return server;
  };
  let server = await start();
  const end = () => endProcess(server, [{ signal: "SIGTERM", grace: 5 }]);
  const key = readFileSync(file("client_key"), "utf8");
  const address = `ssh://${user}@127.0.0.1:${port}`;
  return {
    port,
    user,
    address,
    hostKey,
    key,
    host: { address, hostKeys: [hostKey], key },
    folder,
    log: () => readFileSync(log, "utf8"),
    changeHostKey: async () => {
      await end();
      const changed = makeKey("host_key");
      server = await start();
      return changed;
    },
    stop: async () => {
      await end();
      await removeSeparationFolder();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lets who may come to the second server come to the first one too. */
export function authorize(server: SshServer, other: SshServer): void {
  appendFileSync(join(server.folder, "authorized_keys"), readFileSync(join(other.folder, "client_key.pub")));
}

function serverSettings(folder: string, port: number, options: SshServerOptions): string {
  // A bash that sshd starts reads .bashrc, which may take long, but for one that believes to be a shell of a shell.
  const variables = Object.entries({ SHLVL: "2", ...options.environment }).map(
    ([name, value]) => `"${name}=${value}"`,
  );
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host_key")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    `PidFile ${join(folder, "pid")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    // Tests connect many times at once.
    "MaxStartups 100",
    "LogLevel VERBOSE",
    "Subsystem sftp internal-sftp",
    `SetEnv ${variables.join(" ")}`,
    ...(options.settings ?? []),
    "",
  ].join("\n");
}

async function serverProgram(): Promise<string> {
  const lacking = ["sshd", "ssh"].some((program) => findProgram(program) === undefined);
  if (lacking && canInstall()) await installPackages(["openssh-server", "openssh-client"], console.error);
  const found = findProgram("sshd");
  if (found === undefined)
    throw new Error("sshd was not found: install it (Debian, Ubuntu: sudo apt-get install openssh-server)");
  return found;
}

// An sshd of root wants a folder that Debian makes at boot. Who finds none makes it, and the last one takes it away again: of
// several test processes at once each has servers, so that both are done under a lock, whose file says whether it was made here.
const separationLock = "/run/lock/knowngood-sshd.lock";
const makeFolder = `[ -d /run/sshd ] || { mkdir -m 755 /run/sshd && echo made > ${separationLock}; }; exec "$@"`;
const removeFolder = `[ -s ${separationLock} ] && ! grep -qx sshd /proc/[0-9]*/comm 2>/dev/null || exit 0
rmdir /run/sshd; : > ${separationLock}`;
const isRoot = () => process.getuid?.() === 0;

/** Starts a program that goes into the background by itself. */
async function startDaemon(command: readonly [string, ...string[]]): Promise<void> {
  await runCommand(isRoot() ? ["flock", separationLock, "sh", "-c", makeFolder, "sh", ...command] : command);
}

async function removeSeparationFolder(): Promise<void> {
  if (isRoot()) await runCommand(["flock", separationLock, "sh", "-c", removeFolder]);
}

async function readOnceThere(file: string, log: string): Promise<string> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    if (text !== "") return text;
    if (Date.now() > deadline) throw new Error(`sshd does not start:\n${lastLines(log)}`);
    await sleep(20);
  }
}

/** Whether an SSH server answers on the port. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(2000, () => socket.destroy());
    socket.once("data", (greeting) => {
      resolve(greeting.toString().startsWith("SSH-"));
      socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.once("close", () => resolve(false));
  });
}

/** A way to a server that can be cut. */
export interface Wire {
  port: number;
  /** Cuts what is connected, and takes no more. */
  cut: () => Promise<void>;
  /** From now on nothing passes in either direction, and nobody is told. */
  stall: () => void;
  close: () => Promise<void>;
}

/**
 * A port of 127.0.0.1 from which all goes to another one.
 * @param cutAfterBytes of what the near side has sent, the bytes after which it cuts itself
 */
export async function wireTo(port: number, { cutAfterBytes = Infinity } = {}): Promise<Wire> {
  let sent = 0;
  const sockets = new Set<Socket>();
  let stalled = false;
  const server: Server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => {
        if (from === near) sent += chunk.length;
        if (sent > cutAfterBytes) from.destroy();
        else if (!stalled) to.write(chunk);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut: close,
    stall: () => {
      stalled = true;
    },
    close: () => (server.listening ? close() : Promise.resolve()),
  };
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess, startDetached, untilReady } from "../../toolchain/machine/processes";
import { startSshServer, type SshServer } from "../hosts/sshServer";

/**
 * A machine of a test's own as far as systemd goes: Debian's systemd as process 1 of its own namespaces, with a journal and
 * no units but its own. Files are this machine's, `/run` and `/etc/systemd/system` are not.
 */
export interface BootedSystemd {
  /** Where tests put releases and units. */
  folder: string;
  /** Runs a shell script in it, as root. @returns what it printed @throws where it fails */
  run: (script: string) => string;
  /** A folder with a `systemctl` and a `journalctl` that are its own, for a PATH on this machine. */
  programs: string;
  /** Writes a unit and has it read. */
  writeUnit: (name: string, text: string) => void;
  /**
   * An OpenSSH server whose sessions are in it.
   * @param session what stands before each session's shell, such as `env NAME=value`
   */
  reach: (session?: string) => Promise<SshServer>;
  stop: () => Promise<void>;
}

/** What a machine must have, so that a test says why it is left out. */
export const canBoot = process.getuid?.() === 0 && existsSync("/lib/systemd/systemd");

const target = "knowngood-test.target";

export async function bootSystemd(): Promise<BootedSystemd> {
  const folder = mkdtempSync(join(tmpdir(), "kg-systemd-"));
  const group = ownGroup();
  const log = join(folder, "boot.log");
  writeFileSync(join(folder, "boot.sh"), bootScript(folder, group));
  const flags = ["--pid", "--mount", "--fork", "--uts", "--ipc", "--kill-child"];
  const outer = await startDetached(["unshare", ...flags, "sh", join(folder, "boot.sh")], { log });
  let first = 0;
  const inside = (words: readonly string[]) =>
    execFileSync("nsenter", ["-t", String(first), "-m", "-p", "-u", "-i", "--", ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      // Not a test's own `systemctl`, which leads here.
      env: { ...process.env, PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
  const stop = async (servers: readonly SshServer[]) => {
    await Promise.all(servers.map((server) => server.stop()));
    await endProcess(outer, [{ signal: "SIGKILL", grace: 10 }]);
    await removeGroup(group);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady("systemd", outer, () => Promise.resolve(isUp()), { within: 60, log });
  } catch (error) {
    await stop([]);
    throw error;
  }
  const servers: SshServer[] = [];
  return {
    folder,
    run: (script) => inside(["sh", "-c", script]),
    programs: wrappers(folder, first),
    writeUnit: (name, text) => {
      inside(["sh", "-c", `cat > /run/knowngood-units/${name} <<'END'\n${text}\nEND`]);
      inside(["systemctl", "daemon-reload"]);
    },
    reach: async (session = "") => {
      const forcedCommand = `exec nsenter -t ${first} -m -p -u -i -- ${session} sh -c "$SSH_ORIGINAL_COMMAND"`;
      const server = await startSshServer({ forcedCommand });
      servers.push(server);
      return server;
    },
    stop: () => stop(servers),
  };

  function isUp(): boolean {
    try {
      first = Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, "utf8").trim());
      return first > 0 && inside(["systemctl", "is-active", target]).trim() === "active";
    } catch {
      return false;
    }
  }
}

function wrappers(folder: string, first: number): string {
  const programs = join(folder, "programs");
  mkdirSync(programs);
  for (const name of ["systemctl", "journalctl"]) {
    const text = `#!/bin/sh\nexec nsenter -t ${first} -m -p -u -i -- /usr/bin/${name} "$@"\n`;
    writeFileSync(join(programs, name), text, { mode: 0o755 });
  }
  return programs;
}

/** A group of processes of its own, so that systemd's do not mix with this machine's. */
function ownGroup(): string {
  const root = existsSync("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
  const group = mkdtempSync(join(root, "kg-systemd-"));
  return group;
}

/** Its processes end a moment after process 1 has. */
async function removeGroup(group: string): Promise<void> {
  for (let tries = 0; existsSync(group) && tries < 100; tries++) {
    try {
      execFileSync("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"], { stdio: "ignore" });
    } catch {
      await sleep(50);
    }
  }
}

function bootScript(folder: string, group: string): string {
  mkdirSync(join(folder, "units"));
  return `set -e
echo $$ > ${group}/cgroup.procs
exec unshare --cgroup sh -c '
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/lock /run/knowngood-units
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /etc/systemd/system
mount -t tmpfs tmpfs /var/log
for unit in systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket; do
  cp /lib/systemd/system/$unit /run/knowngood-units/
done
printf "[Unit]\\nDefaultDependencies=no\\n" > /run/knowngood-units/sysinit.target
printf "[Unit]\\nDefaultDependencies=no\\nWants=systemd-journald.service\\n" > /run/knowngood-units/${target}
export container=knowngood SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/knowngood-units
exec /lib/systemd/systemd --unit=${target} --log-target=console
'
`;
}

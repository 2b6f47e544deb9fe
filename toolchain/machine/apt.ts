import { readFileSync } from "node:fs";
import { tryCommand } from "./commands";
import { step } from "./steps";

/** Whether packages can be installed here: as root on Debian or one of its kin. */
export function canInstall(uid = process.getuid?.(), osRelease = readOsRelease()): boolean {
  return uid === 0 && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease);
}

function readOsRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

const policyMark = "knowngood: no service is started while packages are installed";

// The policy file is how Debian lets an administrator forbid starts by package scripts. One that exists is
// the administrator's and stays; ours is removed again, also after an earlier run was killed. The lock keeps
// a second run from seeing the file vanish under it.
const installScript = `
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ] && grep -q '${policyMark}' "$policy"; then rm -f "$policy"; fi
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\\n# %s\\nexit 101\\n' '${policyMark}' > "$policy"
  chmod 755 "$policy"
fi
install() {
  apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"
}
install "$@" && exit 0
echo 'Trying again with fresh package lists.'
for attempt in 1 2 3 4 5; do
  apt-get update -q -o DPkg::Lock::Timeout=600 && break
  sleep 5
done
install "$@"
`;

/**
 * Installs Debian packages without starting the services they bring. Waits for other package managers
 * (10 minutes at most) and reads fresh package lists only when the present ones are not enough.
 * @throws with the end of the package manager's output
 */
export async function installPackages(
  packages: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  await step(say, `install Debian packages ${packages.join(" ")}`, "10 to 60 s", async () => {
    const result = await tryCommand(
      ["flock", "/run/lock/knowngood-apt.lock", "sh", "-c", installScript, "sh", ...packages],
      { timeout: 1800, environment: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1", LC_ALL: "C" } },
    );
    if (result.code !== 0) {
      const output = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-15).join("\n");
      throw new Error(
        `Installing ${packages.join(" ")} failed (exit ${result.code}); run \`apt-get install ${packages.join(" ")}\` to see it whole:\n${output}`,
      );
    }
  });
}

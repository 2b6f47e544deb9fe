import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstall, installPackages } from "./apt";
import { findProgram } from "./commands";
import { endProcess, isRunning, startDetached, untilReady } from "./processes";
import { freePort } from "./registry";

/** Debian's package of the server. */
export const prometheusPackages = ["prometheus"];

/**
 * The server's program, from Debian's package where this machine lacks it.
 * @throws when it can't be had, naming the way out
 */
export async function prometheusProgram(say: (line: string) => void): Promise<string> {
  const found = findProgram("prometheus");
  if (found !== undefined) return found;
  if (!canInstall()) {
    throw new Error(
      "This machine lacks Prometheus, and it can be installed only by root on Debian or Ubuntu: " +
        `run \`sudo apt-get install ${prometheusPackages.join(" ")}\`, or run as root.`,
    );
  }
  await installPackages(prometheusPackages, say);
  const installed = findProgram("prometheus");
  if (installed === undefined)
    throw new Error("Prometheus is installed, but its program is not on the PATH.");
  return installed;
}

export interface PrometheusOptions {
  /** Private folder of this server, for its settings, data and log; made when missing. */
  folder: string;
  /** `127.0.0.1:PORT`, what is scraped at /metrics. */
  scrape: readonly string[];
  /** Seconds between scrapes. @default 1 */
  every?: number;
  /** What every request has to sign in with, by a bcrypt hash of the password. @default nothing */
  user?: { name: string; passwordHash: string };
}

export interface Prometheus {
  url: string;
  stop: () => Promise<void>;
}

/** Starts a Prometheus of one's own on a free port of 127.0.0.1. @throws with the end of its log */
export async function startPrometheus(program: string, options: PrometheusOptions): Promise<Prometheus> {
  const { folder, scrape, every = 1, user } = options;
  mkdirSync(folder, { recursive: true });
  const files = { settings: join(folder, "prometheus.yml"), web: join(folder, "web.yml") };
  writeFileSync(
    files.settings,
    `global: {scrape_interval: ${every * 1000}ms, scrape_timeout: ${every * 1000}ms}
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ${JSON.stringify(scrape)}}]
`,
  );
  const users = user === undefined ? {} : { [user.name]: user.passwordHash };
  writeFileSync(files.web, `basic_auth_users: ${JSON.stringify(users)}\n`);
  const log = join(folder, "prometheus.log");
  // Another program may take the port between looking and listening.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = await startDetached(
      [
        program,
        `--config.file=${files.settings}`,
        `--web.config.file=${files.web}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--log.level=warn",
      ],
      { log },
    );
    try {
      await untilReady("Prometheus", server, () => isReady(url), { within: 60, log });
      return { url, stop: () => endProcess(server, [{ signal: "SIGTERM", grace: 10 }]) };
    } catch (error) {
      if (attempt === 3 || isRunning(server)) {
        await endProcess(server, []);
        throw error;
      }
    }
  }
}

/** A server that asks who one is has answered, too. */
async function isReady(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2_000) });
    return status === 200 || status === 401;
  } catch {
    return false;
  }
}

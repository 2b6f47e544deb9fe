import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { childEnvironment } from "../settings/childEnvironment";

/** What Docker knows for a registry: a user with a password, or a token that stands for one. */
export type RegistryCredential = { user: string; password: string } | { identityToken: string };

export interface FoundCredential {
  credential?: RegistryCredential;
  /** Why nothing was found where something should have been; told when the registry refuses. */
  problem?: string;
}

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

const helperAnswerSchema = z.object({ Username: z.string(), Secret: z.string() });

/** Docker Hub's name in Docker's config. */
const hubKey = "https://index.docker.io/v1/";

/**
 * The credential for a registry from Docker's config: its own helper, then the common store, then `auths`.
 * @param registry as `docker.io` or `localhost:5000`
 * @param environment DOCKER_CONFIG names the config's folder, `~/.docker` by default
 */
export async function findCredential(
  registry: string,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FoundCredential> {
  const file = join(
    environment.DOCKER_CONFIG || join(environment.HOME || homedir(), ".docker"),
    "config.json",
  );
  let config: z.infer<typeof configSchema>;
  try {
    config = configSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    // The parser's message may quote the file, and the file holds secrets.
    return { problem: `Docker's config ${file} can't be read as one` };
  }
  const key = registry === "docker.io" ? hubKey : registry;
  const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[key] ?? config.credsStore;
  if (helper) {
    const found = await askHelper(helper, key, signal, environment);
    if (found.credential || found.problem) return found;
  }
  const entry = Object.entries(config.auths ?? {}).find(
    ([name]) => name === key || hostOf(name) === hostOf(key),
  )?.[1];
  return { credential: entry && credentialOf(entry) };
}

function credentialOf(entry: z.infer<typeof entrySchema>): RegistryCredential | undefined {
  if (entry.identitytoken) return { identityToken: entry.identitytoken };
  if (entry.auth) {
    const [user = "", ...password] = Buffer.from(entry.auth, "base64").toString("utf8").split(":");
    return { user, password: password.join(":") };
  }
  if (entry.username !== undefined) return { user: entry.username, password: entry.password ?? "" };
  return undefined;
}

function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

/** Docker's protocol of helpers: the registry on stdin, the credential as JSON on stdout. */
async function askHelper(
  helper: string,
  key: string,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv,
): Promise<FoundCredential> {
  const command = `docker-credential-${helper}`;
  const problem = `${command}, which Docker's config names, did not give a credential for ${key}`;
  return new Promise((resolve) => {
    const child = spawn(command, ["get"], {
      signal,
      env: childEnvironment(environment),
      stdio: ["pipe", "pipe", "ignore"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", () => resolve({ problem }));
    // A helper that ends without reading is judged by what it printed.
    child.stdin.on("error", () => undefined);
    child.stdin.end(key);
    child.on("close", (code) => {
      if (code !== 0 && /credentials not found/i.test(output)) return resolve({});
      const answer = helperAnswerSchema.safeParse(code === 0 ? parseJson(output) : undefined);
      if (!answer.success) return resolve({ problem });
      const { Username: user, Secret: password } = answer.data;
      resolve({ credential: user === "<token>" ? { identityToken: password } : { user, password } });
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

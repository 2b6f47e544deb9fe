import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { tryCommand } from "../machine/commands";
import { provideCompose } from "./provide.mjs";

/** Variables with which the docker CLI has compose. */
export interface ComposeEnvironment {
  DOCKER_CONFIG?: string;
  DOCKER_HOST?: string;
}

/**
 * Provides Docker Compose where the docker CLI has none: built, and in a configuration of its own, so that the user's one stays
 * as it is.
 * @param folder in which the configuration is made
 * @param host the engine's address; undefined for the CLI's own
 * @returns what the commands' environment needs, nothing where the CLI has compose
 */
export async function composeEnvironment(
  folder: string,
  host: string | undefined,
  say: (line: string) => void,
): Promise<ComposeEnvironment> {
  const own = await tryCommand(["docker", "compose", "version"]);
  if (own.code === 0) return {};
  const binary = await provideCompose({ say });
  const configuration = join(folder, "docker-configuration");
  const plugins = join(configuration, "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  if (!existsSync(join(plugins, "docker-compose"))) symlinkSync(binary, join(plugins, "docker-compose"));
  // The engine's address may come from the configuration that is left aside.
  const context = await tryCommand([
    "docker",
    "context",
    "inspect",
    "--format",
    "{{.Endpoints.docker.Host}}",
  ]);
  const address = host ?? context.stdout.trim();
  return { DOCKER_CONFIG: configuration, ...(address !== "" && { DOCKER_HOST: address }) };
}

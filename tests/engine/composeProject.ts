import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ReleasedImage } from "../../catalog/build";
import { buildTestImage } from "../../demo/images/testImage";
import { compose, type ComposeSettings } from "../../settings/composeSettings";
import type { Wanted } from "../../targets/target";
import { composeEnvironment, type ComposeEnvironment } from "../../toolchain/compose/plugin";
import { sharedMachine } from "./sharedMachine";

const execute = promisify(execFile);

/** A team's compose project, as it stood before knowngood came: an app with workers, a database, a tunnel, a migration. */
export class ComposeProject {
  readonly machine = sharedMachine();
  readonly name = `kgc-${randomBytes(4).toString("hex")}`;
  readonly root = mkdtempSync(join(tmpdir(), "knowngood-compose-"));
  readonly folder = join(this.root, "opt shop");
  private plugin: ComposeEnvironment = {};

  /** What docker and compose need on the host. */
  get environment(): Record<string, string> {
    const { dockerHost } = this.machine;
    return { ...(dockerHost !== undefined && { DOCKER_HOST: dockerHost }), ...this.plugin };
  }

  async make(file: (project: ComposeProject) => string): Promise<void> {
    this.plugin = await composeEnvironment(this.root, this.machine.dockerHost, () => undefined);
    mkdirSync(this.folder);
    this.write("docker-compose.yml", file(this));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** The files of the folder with what they hold, of knowngood's own as well. */
  files(): Record<string, string> {
    const names = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      names
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(this.folder.length + 1), readFileSync(path, "utf8")]),
    );
  }

  settings(more: Record<string, unknown> = {}): ComposeSettings {
    return compose.parse({ folder: this.folder, tagVariable: "IMAGE_TAG", ...more });
  }

  /** An image of the project; what it serves at /health is its tag. */
  image(name: string, tag: string, script?: string): Promise<ReleasedImage> {
    return buildTestImage({
      registry: this.machine.registry,
      name: `${this.name}/${name}`,
      tag,
      files: { "/www/health": tag },
      entrypoint: ["/bin/sh", "-c", script ?? `echo "${tag} listens"; exec httpd -f -p 8080 -h /www`],
    });
  }

  /** What an operator types in the project's folder. */
  async compose(...words: string[]): Promise<string> {
    const env = { ...process.env, ...this.environment, IMAGE_TAG: "v1" };
    const { stdout } = await execute("docker", ["compose", ...words], { cwd: this.folder, env });
    return stdout;
  }

  /** Runs shell lines as a person who is logged in on the host, anywhere. */
  async sh(lines: string): Promise<string> {
    const env = { ...process.env, ...this.environment };
    return (await execute("sh", ["-eu", "-c", lines], { cwd: "/", env })).stdout;
  }

  async docker(...words: string[]): Promise<string> {
    const { stdout } = await execute("docker", words, { env: { ...process.env, ...this.environment } });
    return stdout.trim();
  }

  /** Each container of the project by its name, with its id and what it was made of. */
  async containers(): Promise<Record<string, { id: string; image: string; state: string }>> {
    const format = "{{.Names}}\t{{.ID}}\t{{.Image}}\t{{.State}}";
    const filter = `label=com.docker.compose.project=${this.name}`;
    const lines = await this.docker("ps", "--all", "--no-trunc", "--filter", filter, "--format", format);
    return Object.fromEntries(
      lines.split("\n").flatMap((line) => {
        const [name = "", id = "", image = "", state = ""] = line.split("\t");
        return name === "" ? [] : [[name.slice(this.name.length + 1), { id, image, state }]];
      }),
    );
  }

  async dispose(): Promise<void> {
    await this.compose("--profile", "*", "down", "--volumes", "--timeout", "0").catch(() => undefined);
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function wantedOf(release: string, images: Readonly<Record<string, ReleasedImage>>): Wanted[] {
  return Object.entries(images).map(([service, { repository, digest }]) => ({
    service,
    release,
    digest,
    from: repository,
  }));
}

/**
 * A test's stand-in for the team's own file: interpolated, commented, with services that are nobody's business but theirs.
 * @param port of this machine at which the app answers
 */
export function shopFile({ name, machine }: ComposeProject, port?: number): string {
  const image = (one: string) => `${machine.registry}/${name}/${one}`;
  const quick = "init: true\n    stop_grace_period: 1s";
  return `# The team's own file.
name: ${name}
services:
  app:
    image: ${image("app")}:\${IMAGE_TAG:?say which release}
    ${quick}
    ports: [${port === undefined ? "" : `"127.0.0.1:${port}:8080"`}]
    depends_on:
      db: { condition: service_healthy }
      migrate: { condition: service_completed_successfully }
    environment: { GREETING: "\${GREETING}", VERSION: "\${IMAGE_TAG}" }
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/health"], interval: 0.2s, retries: 5 }
  worker:
    image: ${image("worker")}:\${IMAGE_TAG}
    ${quick}
  db:
    image: ${image("db")}:v1
    ${quick}
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/health"], interval: 0.2s, retries: 5 }
  migrate:
    image: ${image("migrate")}:v1
    ${quick}
  tunnel:
    image: ${image("tunnel")}:v1
    ${quick}
  admin:
    profiles: [tools]
    image: ${image("app")}:\${IMAGE_TAG}
`;
}

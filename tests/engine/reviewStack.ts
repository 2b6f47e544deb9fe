import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import type { GovernedGitHub } from "../github/governed";
import { run, type Ended } from "./command";

const root = join(__dirname, "..", "..");

/** The review stack as a project of its own, so that nothing is written beside the real one. */
export class ReviewStack {
  readonly folder = mkdtempSync(join(tmpdir(), "knowngood-review-"));
  private readonly file = join(this.folder, "Pulumi.acme.yaml");

  constructor(private readonly github: GovernedGitHub) {
    const project = readFileSync(join(root, "review", "Pulumi.yaml"), "utf8");
    writeFileSync(
      join(this.folder, "Pulumi.yaml"),
      project.replaceAll("--require ../", `--require ${root}/`),
    );
    writeFileSync(join(this.folder, "package.json"), "{}\n");
    writeFileSync(
      join(this.folder, "index.ts"),
      `export = require(${JSON.stringify(join(root, "review", "index.ts"))});\n`,
    );
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  /** As `review/Pulumi.acme.yaml` says it. */
  settings(settings: Record<string, unknown>): void {
    const before = load(readFileSync(this.file, "utf8")) ?? {};
    const keyed = Object.entries({ api: this.github.url, ...settings }).map(([key, value]) => [
      `knowngood-review:${key}`,
      value,
    ]);
    writeFileSync(this.file, dump({ ...before, config: Object.fromEntries(keyed) as object }));
  }

  pulumi(...words: string[]): Promise<Ended> {
    return run("pulumi", [...words, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${this.folder}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "a test's passphrase",
        GITHUB_TOKEN: this.github.token,
      },
    });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

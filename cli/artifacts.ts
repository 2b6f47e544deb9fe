import type { NamedBuild } from "../catalog/add";
import { ArtifactUnreachable, digestOfArtifact } from "../catalog/artifactDigest";
import { buildExpectations, isArtifact } from "../catalog/build";
import { show, type Violation } from "../settings/violations";

/** An `--artifact` option taken apart. */
export interface AskedArtifact {
  service: string;
  /** URL or file. */
  artifact: string;
  /** What its bytes must have; absent where none was given. */
  digest?: string;
}

/** Takes `SERVICE=FILE_OR_URL`, with `@sha256:…` behind it where the digest is known. */
export function parseArtifactOptions(values: readonly string[]): {
  artifacts: AskedArtifact[];
  violations: Violation[];
} {
  const artifacts: AskedArtifact[] = [];
  const violations: Violation[] = [];
  for (const value of values) {
    const [, service, artifact = "", digest] =
      /^([^=/]*)=(.*?)(?:@(sha256:[0-9a-f]{64}))?$/s.exec(value) ?? [];
    if (service === undefined || /@sha256:/.test(artifact)) {
      const expected =
        "write SERVICE=FILE_OR_URL, or SERVICE=FILE_OR_URL@sha256:… with 64 hexadecimal digits in lower case";
      violations.push({ where: "--artifact", found: show(value), expected });
    } else if (!isArtifact(artifact)) {
      const expected = buildExpectations.artifact;
      violations.push({ where: `--artifact ${service}`, found: show(withoutPassword(artifact)), expected });
    } else artifacts.push({ service, artifact, ...(digest !== undefined && { digest }) });
  }
  return { artifacts, violations };
}

export interface FoundBuilds {
  /** By service, as often as it was named. */
  builds: [string, NamedBuild][];
  violations: Violation[];
  warnings: string[];
  /** What could not be asked, a line each. */
  broken: string[];
}

/** Reads each artifact once and hashes it. A given digest that can't be confirmed is taken with a warning. */
export async function digestsOfArtifacts(asked: readonly AskedArtifact[]): Promise<FoundBuilds> {
  const found: FoundBuilds = { builds: [], violations: [], warnings: [], broken: [] };
  for (const { service, artifact, digest } of asked) {
    const where = `--artifact ${service}`;
    try {
      const actual = await digestOfArtifact(artifact);
      if (actual === undefined) {
        const expected = "build or upload it first, or correct the name";
        found.violations.push({ where, found: `${artifact} is not there`, expected });
      } else if (digest !== undefined && digest !== actual) {
        const expected = `leave ${digest} out, or bring the artifact that has it`;
        found.violations.push({ where, found: `${artifact} has ${actual}`, expected });
      } else found.builds.push([service, { build: { artifact, digest: actual } }]);
    } catch (error) {
      if (!(error instanceof ArtifactUnreachable)) throw error;
      if (digest === undefined) found.broken.push(`${where}: ${error.message}`);
      else {
        found.builds.push([service, { build: { artifact, digest } }]);
        found.warnings.push(`${where}: not confirmed: ${error.message}`);
      }
    }
  }
  return found;
}

/** What is refused for the password in it must not be printed with it. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1…@");
}

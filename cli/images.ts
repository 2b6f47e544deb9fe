import type { NamedBuild } from "../catalog/add";
import { parseImageName, shortName, type ImageName } from "../catalog/imageName";
import { manifestExists, RegistryError, resolveTag } from "../catalog/registry";
import { show, type Violation } from "../settings/violations";
import type { FoundBuilds } from "./artifacts";

/** An `--image` option taken apart. */
export interface AskedImage {
  service: string;
  reference: string;
  name: ImageName;
}

/** Takes `SERVICE=REFERENCE`, or a reference alone whose last part names the service. */
export function parseImageOptions(values: readonly string[]): {
  images: AskedImage[];
  violations: Violation[];
} {
  const images: AskedImage[] = [];
  const violations: Violation[] = [];
  for (const value of values) {
    const equals = value.indexOf("=");
    const reference = value.slice(equals + 1);
    const name = parseImageName(reference);
    const service = equals >= 0 ? value.slice(0, equals) : shortName(name?.repository ?? "");
    if (name === undefined) {
      const expected =
        "write SERVICE=REPOSITORY:TAG or SERVICE=REPOSITORY@sha256:… with 64 hexadecimal digits";
      violations.push({ where: "--image", found: show(value), expected });
    } else if (name.tag === undefined && name.digest === undefined) {
      const found = `${show(value)}, with neither tag nor digest`;
      violations.push({ where: `--image ${service}`, found, expected: `name the build: ${value}:TAG` });
    } else if (images.some((image) => image.service === service)) {
      const expected = "name each service once; SERVICE= before the image says which it is";
      violations.push({ where: `--image ${service}`, found: `${show(value)}, a second image`, expected });
    } else {
      images.push({ service, reference, name });
    }
  }
  return { images, violations };
}

/** Asks the registries, all at once. A given digest that can't be confirmed is taken with a warning. */
export async function digestsOf(asked: readonly AskedImage[]): Promise<FoundBuilds> {
  const found: FoundBuilds = { builds: [], violations: [], warnings: [], broken: [] };
  const answers = await Promise.all(asked.map(digestOf));
  for (const [index, answer] of answers.entries()) {
    const image = asked[index];
    if (image === undefined) continue;
    if ("broken" in answer) found.broken.push(`--image ${image.service}: ${answer.broken}`);
    else if ("missing" in answer) {
      const expected = "push it first, or correct the name";
      found.violations.push({ where: `--image ${image.service}`, found: answer.missing, expected });
    } else {
      found.builds.push([image.service, answer.image]);
      if (answer.warning) found.warnings.push(`--image ${image.service}: ${answer.warning}`);
    }
  }
  return found;
}

type Answer = { image: NamedBuild; warning?: string } | { missing: string } | { broken: string };

async function digestOf({ reference, name }: AskedImage): Promise<Answer> {
  const { repository, digest, tag } = name;
  try {
    if (digest === undefined)
      return { image: { build: { repository, digest: await resolveTag(reference) }, askedByTag: tag } };
    if (await manifestExists(repository, digest)) return { image: { build: { repository, digest } } };
    return { missing: `${name.registry.name} has no image ${repository}@${digest}` };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (error.kind === "not-found") return { missing: error.message };
    if (digest === undefined) return { broken: error.message };
    return {
      image: { build: { repository, digest } },
      warning: `not confirmed by its registry: ${error.message}`,
    };
  }
}

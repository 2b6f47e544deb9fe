import type { NamedImage } from "../catalog/add";
import { parseImageName, shortName, type ImageName } from "../catalog/imageName";
import { manifestExists, RegistryError, resolveTag } from "../catalog/registry";
import { show, type Violation } from "../settings/violations";
import { BrokenEnvironment } from "../stack/endings";

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

export interface FoundImages {
  images: Record<string, NamedImage>;
  violations: Violation[];
  warnings: string[];
}

/**
 * Asks the registries, all at once. A given digest that can't be confirmed is taken with a warning.
 * @throws BrokenEnvironment where a registry can't tell what a tag means
 */
export async function digestsOf(asked: readonly AskedImage[]): Promise<FoundImages> {
  const found: FoundImages = { images: {}, violations: [], warnings: [] };
  const broken: string[] = [];
  const answers = await Promise.all(asked.map(digestOf));
  for (const [index, answer] of answers.entries()) {
    const image = asked[index];
    if (image === undefined) continue;
    if ("broken" in answer) broken.push(`--image ${image.service}: ${answer.broken}`);
    else if ("missing" in answer) {
      const expected = "push it first, or correct the name";
      found.violations.push({ where: `--image ${image.service}`, found: answer.missing, expected });
    } else {
      found.images[image.service] = answer.image;
      if (answer.warning) found.warnings.push(`--image ${image.service}: ${answer.warning}`);
    }
  }
  if (broken.length > 0) {
    throw new BrokenEnvironment(
      `What these images are can't be told; nothing was written.\n${broken.map((line) => `  ${line}`).join("\n")}\n` +
        "  When the registry answers, run the same command again; an image whose digest you know can be named by it.",
    );
  }
  return found;
}

type Answer = { image: NamedImage; warning?: string } | { missing: string } | { broken: string };

async function digestOf({ reference, name }: AskedImage): Promise<Answer> {
  const { repository, digest, tag } = name;
  try {
    if (digest === undefined)
      return { image: { repository, digest: await resolveTag(reference), askedByTag: tag } };
    if (await manifestExists(repository, digest)) return { image: { repository, digest } };
    return { missing: `${name.registry.name} has no image ${repository}@${digest}` };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    if (error.kind === "not-found") return { missing: error.message };
    if (digest === undefined) return { broken: error.message };
    return { image: { repository, digest }, warning: `not confirmed by its registry: ${error.message}` };
  }
}

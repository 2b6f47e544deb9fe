import { imageOf } from "../catalog/build";
import { parseImageName } from "../catalog/imageName";
import { manifestExists, RegistryError } from "../catalog/registry";
import type { Release } from "../catalog/release";
import { needed, type Check } from "./check";
import { reasonOf, type Finding } from "./finding";
import type { World } from "./world";

/** Whether the registries give the images of the release that the stack is to run. */
export const registries: Check = {
  name: "Registry",
  look: async (world) => {
    const target = await needed("the release that the stack is to run is", world.target);
    return Promise.all(imagesByRegistry(target).map((asked) => ofRegistry(asked, target.tag, world)));
  },
};

interface AskedRegistry {
  /** As Docker's config names it. */
  registry: string;
  /** Where its API answers. */
  url: string;
  images: readonly { service: string; repository: string; digest: string }[];
}

/** The release's images, each once, by the registry that holds them. */
export function imagesByRegistry({ services }: Pick<Release, "services">): AskedRegistry[] {
  const found = new Map<
    string,
    AskedRegistry & { images: { service: string; repository: string; digest: string }[] }
  >();
  for (const [service, build] of Object.entries(services)) {
    const image = imageOf(build);
    const registry = image && parseImageName(image.repository)?.registry;
    if (image === undefined || registry === undefined) continue;
    const { repository, digest } = image;
    const asked = found.get(registry.name) ?? { registry: registry.name, url: registry.url, images: [] };
    if (!asked.images.some((image) => image.repository === repository && image.digest === digest))
      asked.images.push({ service, repository, digest });
    found.set(registry.name, asked);
  }
  return [...found.values()];
}

/** What a registry said of an image: that it has it, that it has not, or why it does not say. */
type Answer = { service: string; answer: "there" | "gone" | RegistryError | Error };

async function ofRegistry(
  { registry, images }: AskedRegistry,
  tag: string,
  { connectWithin, limit, environment }: World,
): Promise<Finding> {
  // The limit ends it, not a time of its own that is over at the same moment.
  const options = { connectWithin, answerWithin: limit.left() + 1, signal: limit.signal, environment };
  const answers = images.map(async ({ service, repository, digest }): Promise<Answer> => {
    try {
      return { service, answer: (await manifestExists(repository, digest, options)) ? "there" : "gone" };
    } catch (error) {
      return { service, answer: error instanceof Error ? error : new Error(reasonOf(error)) };
    }
  });
  return judgeRegistry(registry, tag, await Promise.all(answers));
}

export function judgeRegistry(registry: string, tag: string, answers: readonly Answer[]): Finding {
  const check = `Registry ${registry}`;
  const problems = answers.flatMap(({ answer }) => (answer instanceof Error ? [answer] : []));
  const problem = problems.find((one) => kindOf(one) === "unauthorized") ?? problems[0];
  if (problem !== undefined && kindOf(problem) === "unauthorized")
    return {
      check,
      outcome: "missing",
      found: problem.message.replace(/; try: .*$/, ""),
      get: `docker login${registry === "docker.io" ? "" : ` ${registry}`}`,
    };
  if (problem !== undefined)
    return {
      check,
      outcome: "wrong",
      found: problem.message,
      get: "look whether it runs, and whether this machine reaches it",
    };
  const gone = answers.flatMap(({ service, answer }) => (answer === "gone" ? [service] : []));
  if (gone.length > 0)
    return {
      check,
      outcome: "missing",
      found: `it no longer has the ${gone.length === 1 ? "image" : "images"} of ${gone.join(", ")} in ${tag}`,
      get: "push it again from a host that has it; `pulumi preview` says whether the stack's own host does",
    };
  return {
    check,
    outcome: "ok",
    found: `gives ${answers.length === 1 ? "the image" : `${answers.length} images`} of ${tag}`,
  };
}

function kindOf(error: Error): string {
  return error instanceof RegistryError ? error.kind : "other";
}

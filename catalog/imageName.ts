import { digestPattern, repositoryPattern } from "./build";
import { tagPattern } from "./release";

/** A reference to an image, taken apart. */
export interface ImageName {
  /** As written, without tag and digest: `shop/api`. */
  repository: string;
  tag?: string;
  digest?: string;
  /** The registry that holds it. */
  registry: {
    /** As Docker's config names it: `docker.io`, `localhost:5000`. */
    name: string;
    /** Where its API answers: `https://registry-1.docker.io`. */
    url: string;
    /** The repository's path in the API: `library/nginx`. */
    path: string;
  };
}

/**
 * Takes a reference apart as Docker does: a first component with a dot, a colon or `localhost` is a registry,
 * anything else lies on Docker Hub. Registries on this machine are spoken to by plain HTTP.
 * @returns undefined where it is no reference
 */
export function parseImageName(reference: string): ImageName | undefined {
  const [name = "", digest, ...more] = reference.split("@");
  if (more.length > 0 || (digest !== undefined && !digestPattern.test(digest))) return undefined;
  const colon = name.lastIndexOf(":");
  const tagged = colon > name.lastIndexOf("/");
  const repository = tagged ? name.slice(0, colon) : name;
  const tag = tagged ? name.slice(colon + 1) : undefined;
  if (!repositoryPattern.test(repository) || (tag !== undefined && !tagPattern.test(tag))) return undefined;
  return { repository, tag, digest, registry: registryOf(repository) };
}

/** The last component of a repository's path: `api` of `ghcr.io/acme/api`. */
export function shortName(repository: string): string {
  return repository.slice(repository.lastIndexOf("/") + 1);
}

function registryOf(repository: string): ImageName["registry"] {
  const slash = repository.indexOf("/");
  const first = repository.slice(0, Math.max(slash, 0));
  const named = first === "localhost" || /[.:]/.test(first);
  if (!named || first === "docker.io" || first === "index.docker.io") {
    const path = named ? repository.slice(slash + 1) : repository;
    const official = path.includes("/") ? path : `library/${path}`;
    return { name: "docker.io", url: "https://registry-1.docker.io", path: official };
  }
  const scheme = onThisMachine(first) ? "http" : "https";
  return { name: first, url: `${scheme}://${first}`, path: repository.slice(slash + 1) };
}

function onThisMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

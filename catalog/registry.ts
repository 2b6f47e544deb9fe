import { createHash } from "node:crypto";
import { parseImageName, type ImageName } from "./imageName";
import { digestPattern } from "./build";
import { authorize } from "./registryAuthorization";
import { RegistryError } from "./registryError";
import { request, type RegistryAnswer } from "./registryRequest";

export { RegistryError, type RegistryErrorKind } from "./registryError";

export interface RegistryOptions {
  signal?: AbortSignal;
  /** Seconds until a connection stands; default 3. */
  connectWithin?: number;
  /** Seconds for the whole question, authorization included; default 10. */
  answerWithin?: number;
  /** Where DOCKER_CONFIG and PATH are looked up; the process's own by default. */
  environment?: NodeJS.ProcessEnv;
}

/** What a tag can lead to. Without all of them a registry may convert the manifest, and its digest with it. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * The digest that a tag has in its registry now; of the list, where it leads to a list of platforms.
 * Credentials come from Docker's config.
 * @param reference `repository:tag`; without a tag, `latest`
 * @throws RegistryError saying why it can't be told
 */
export async function resolveTag(reference: string, options: RegistryOptions = {}): Promise<string> {
  const name = parseImageName(reference);
  if (name === undefined) throw new RegistryError("not-found", `${reference} is no reference to an image`);
  return withLimits(name, options, reference, async (ask) => {
    const tag = name.tag ?? "latest";
    const head = await ask("HEAD", tag);
    const digest = head.headers["docker-content-digest"];
    if (head.status === 200 && typeof digest === "string") return checkedDigest(digest, reference, name);
    // Some registries and mirrors give no digest, or nothing at all, to HEAD.
    if (![200, 400, 405, 501].includes(head.status)) throw refusal(head, reference, name);
    const got = await ask("GET", tag);
    if (got.status !== 200) throw refusal(got, reference, name);
    return digestOfBody(got, reference, name);
  });
}

/**
 * Whether a registry still holds an image.
 * @throws RegistryError when it can't be known
 */
export async function manifestExists(
  repository: string,
  digest: string,
  options: RegistryOptions = {},
): Promise<boolean> {
  const reference = `${repository}@${digest}`;
  const name = parseImageName(reference);
  if (name === undefined) throw new RegistryError("not-found", `${reference} is no reference to an image`);
  return withLimits(name, options, reference, async (ask) => {
    const head = await ask("HEAD", digest);
    const answer = [400, 405, 501].includes(head.status) ? await ask("GET", digest) : head;
    if (answer.status === 200) {
      const said = answer.headers["docker-content-digest"];
      if (said === digest || (answer === head && said === undefined && isManifestType(head))) return true;
      return digestOfBody(answer === head ? await ask("GET", digest) : answer, reference, name) === digest;
    }
    if (answer.status === 404) return false;
    throw refusal(answer, reference, name);
  });
}

/**
 * What a registry holds under a digest of one of its repositories, parsed: a manifest, or an image's configuration.
 * @throws RegistryError saying why it can't be had
 */
export async function readByDigest(
  repository: string,
  digest: string,
  kind: Kind,
  options: RegistryOptions = {},
): Promise<unknown> {
  const reference = `${repository}@${digest}`;
  const name = parseImageName(reference);
  if (name === undefined) throw new RegistryError("not-found", `${reference} is no reference to an image`);
  return withLimits(name, options, reference, async (ask) => {
    const answer = await ask("GET", digest, kind);
    if (answer.status !== 200) throw refusal(answer, reference, name);
    try {
      return JSON.parse(answer.body.toString("utf8")) as unknown;
    } catch {
      throw new RegistryError("bad-answer", `${name.registry.name} answers ${reference} with no JSON`);
    }
  });
}

type Kind = "manifests" | "blobs";
type Ask = (method: "GET" | "HEAD", manifest: string, kind?: Kind) => Promise<RegistryAnswer>;

async function withLimits<T>(
  name: ImageName,
  options: RegistryOptions,
  reference: string,
  question: (ask: Ask) => Promise<T>,
): Promise<T> {
  const { connectWithin = 3, answerWithin = 10 } = options;
  const ending = new AbortController();
  const stop = (reason: unknown) => ending.abort(reason);
  const limit = setTimeout(
    () => stop(new Error(`no full answer within ${answerWithin} s`)),
    answerWithin * 1000,
  );
  const stopFromOutside = () => stop(options.signal?.reason);
  options.signal?.addEventListener("abort", stopFromOutside);
  if (options.signal?.aborted) stopFromOutside();
  let authorization: string | undefined;
  const ask: Ask = async (method, manifest, kind = "manifests") => {
    const asked = {
      method,
      url: `${name.registry.url}/v2/${name.registry.path}/${kind}/${manifest}`,
      connectWithin,
      signal: ending.signal,
    };
    const headers = () => ({ Accept: manifestTypes, ...(authorization && { Authorization: authorization }) });
    const answer = await request({ ...asked, headers: headers() });
    if (answer.status !== 401 || authorization !== undefined) return answer;
    authorization = await authorize(answer, { name, reference, ...asked, environment: options.environment });
    return request({ ...asked, headers: headers() });
  };
  try {
    return await question(ask);
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener("abort", stopFromOutside);
  }
}

function isManifestType(answer: RegistryAnswer): boolean {
  const type = answer.headers["content-type"]?.split(";")[0]?.trim() ?? "";
  return manifestTypes.split(", ").includes(type);
}

function checkedDigest(digest: string, reference: string, name: ImageName): string {
  if (digestPattern.test(digest)) return digest;
  const said = JSON.stringify(digest.slice(0, 80));
  throw new RegistryError(
    "bad-answer",
    `${name.registry.name} gives no SHA-256 digest for ${reference}: ${said}`,
  );
}

function digestOfBody(answer: RegistryAnswer, reference: string, name: ImageName): string {
  if (!isManifest(answer.body)) {
    throw new RegistryError(
      "bad-answer",
      `${name.registry.name} answers ${reference} with something that is no manifest`,
    );
  }
  const computed = `sha256:${createHash("sha256").update(answer.body).digest("hex")}`;
  const said = answer.headers["docker-content-digest"];
  if (said === undefined || said === computed) return computed;
  throw new RegistryError(
    "bad-answer",
    `${name.registry.name} says that ${reference} has digest ${String(said)}, but its manifest has ${computed}`,
  );
}

function isManifest(body: Buffer): boolean {
  try {
    const manifest = JSON.parse(body.toString("utf8")) as unknown;
    return typeof manifest === "object" && manifest !== null && "schemaVersion" in manifest;
  } catch {
    return false;
  }
}

function refusal(answer: RegistryAnswer, reference: string, name: ImageName): RegistryError {
  const registry = name.registry.name;
  const { status } = answer;
  if (status === 404) return new RegistryError("not-found", `${registry} has no image ${reference}`);
  if (status === 401 || status === 403) {
    const login = `docker login${registry === "docker.io" ? "" : ` ${registry}`}`;
    return new RegistryError(
      "unauthorized",
      `${registry} refuses ${reference} (HTTP ${status}): no such repository, or no right to read it; try: ${login}`,
    );
  }
  if (status === 429) {
    return new RegistryError(
      "bad-answer",
      `${registry} limits its answers now (HTTP 429): try again later, or log in`,
    );
  }
  return new RegistryError("bad-answer", `${registry} answers ${reference} with HTTP ${status}`);
}

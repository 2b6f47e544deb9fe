import { z } from "zod";

/** An image in a registry. */
export interface ReleasedImage {
  /** As Docker takes it, without tag or digest: `ghcr.io/acme/api`. */
  repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string;
}

/** A binary or an archive. */
export interface ReleasedArtifact {
  /** An `https://` or `http://` URL, or a file's path: absolute, or from the project's folder. */
  artifact: string;
  /** `sha256:` and 64 hexadecimal digits, of its bytes. */
  digest: string;
}

/** A commit of a git repository. */
export interface ReleasedRevision {
  /** As `git clone` takes it, without a password. */
  source: string;
  /** `git:` and the commit's 40 hexadecimal digits. */
  digest: string;
}

/** What a service runs in a release. */
export type Build = ReleasedImage | ReleasedArtifact | ReleasedRevision;

/** Told apart by the one key that only they have. */
type ToldApart =
  | { kind: "image"; image: ReleasedImage }
  | { kind: "artifact"; artifact: ReleasedArtifact }
  | { kind: "revision"; revision: ReleasedRevision };

/** The one place where the kinds of builds are told apart. */
export function toldApart(build: Build): ToldApart {
  if ("repository" in build) return { kind: "image", image: build };
  if ("artifact" in build) return { kind: "artifact", artifact: build };
  return { kind: "revision", revision: build };
}

/** The build where it is an image; undefined for all else. */
export function imageOf(build: Build | undefined): ReleasedImage | undefined {
  if (build === undefined) return undefined;
  const told = toldApart(build);
  return told.kind === "image" ? told.image : undefined;
}

/** Where a build is fetched from: a repository, a URL, a file. */
export function fromOf(build: Build): string {
  const told = toldApart(build);
  switch (told.kind) {
    case "image":
      return told.image.repository;
    case "artifact":
      return told.artifact.artifact;
    case "revision":
      return told.revision.source;
  }
}

/** What is run: `repository@sha256:…`, never a tag. */
export function imageReference(image: ReleasedImage): string {
  return `${image.repository}@${image.digest}`;
}

/** Where a build comes from and what identifies it: `repository@sha256:…`, `https://…@sha256:…`, `git@…@git:…`. */
export function buildReference(build: Build): string {
  return `${fromOf(build)}@${build.digest}`;
}

/** The build in words: `the artifact https://…`. */
export function buildInWords(build: Build): string {
  return `the ${toldApart(build).kind} ${fromOf(build)}`;
}

/** An optional registry host with port, then lower-case path components: Docker's grammar of a repository. */
export const repositoryPattern =
  /^(?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
export const digestPattern = /^sha256:[0-9a-f]{64}$/;
export const revisionPattern = /^git:[0-9a-f]{40}$/;

/** The words that a violation of each field ends with: what to write instead. */
export const buildExpectations = {
  build: "write a map with repository (or artifact, or source) and digest",
  repository: 'write a repository without tag or digest, as in "ghcr.io/acme/api"',
  artifact:
    'write a URL as in "https://example.com/web-v2.tar.gz", or the path of a file; without user, password and spaces',
  source: 'write a git repository as in "https://example.com/acme/shop.git", without a password',
  one: "keep one of repository, artifact and source: a service runs one build",
  digest: 'write "sha256:" and 64 hexadecimal digits in lower case',
  revision: 'write "git:" and the 40 hexadecimal digits of the commit, in lower case',
} as const;

/** What a release's file holds of a service. */
export const buildSchema: z.ZodType<Build> = z
  .strictObject(
    {
      repository: z
        .string(buildExpectations.repository)
        .regex(repositoryPattern, buildExpectations.repository)
        .optional(),
      artifact: z
        .string(buildExpectations.artifact)
        .refine(isArtifact, buildExpectations.artifact)
        .optional(),
      source: z.string(buildExpectations.source).refine(isSource, buildExpectations.source).optional(),
      digest: z.string(buildExpectations.digest),
    },
    { error: ({ code }) => (code === "invalid_type" ? buildExpectations.build : undefined) },
  )
  .superRefine(({ repository, artifact, source, digest }, context) => {
    const named = Object.entries({ repository, artifact, source }).filter(([, value]) => value !== undefined);
    if (named.length === 0) {
      const message = buildExpectations.repository;
      context.addIssue({ code: "custom", path: ["repository"], message, input: undefined });
    }
    for (const [key, value] of named.slice(1))
      context.addIssue({ code: "custom", path: [key], message: buildExpectations.one, input: value });
    const [pattern, message] =
      source === undefined
        ? [digestPattern, buildExpectations.digest]
        : [revisionPattern, buildExpectations.revision];
    if (!pattern.test(digest)) context.addIssue({ code: "custom", path: ["digest"], message, input: digest });
  })
  .transform(({ repository, artifact, source = "", digest }): Build => {
    if (repository !== undefined) return { repository, digest };
    return artifact === undefined ? { source, digest } : { artifact, digest };
  });

/** A URL of the web, or a file's path. A password in it would be committed with the catalog. */
export function isArtifact(text: string): boolean {
  if (text === "" || text.startsWith("-") || /[\s\x00-\x1f\x7f]/.test(text)) return false;
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || isWebAddress(text);
}

/** Whether an artifact lies behind a URL, and not in a file. */
export function isWebAddress(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

/** A repository's URL, `git@host:path`, or a path. git takes "-…" as an option, and "ext::…" as a command. */
export function isSource(text: string): boolean {
  if (text === "" || text.startsWith("-") || /[\s\x00-\x1f\x7f]/.test(text) || text.includes("::"))
    return false;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return true;
  return /^(https?|ssh|git|file):\/\//.test(text) && URL.canParse(text) && new URL(text).password === "";
}

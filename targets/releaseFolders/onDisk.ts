import type { Wanted } from "../target";

/** A folder below `releases/`. */
export interface ReleaseOnDisk {
  name: string;
  /** What it was made from; undefined where that isn't told, as of one that another tool made. */
  digest?: string;
  tag?: string;
}

/** What lies in a service's folder. */
export interface OnDisk {
  /** Name of the release that `current` leads to. */
  current?: string;
  /** The release to which a switch has begun and not ended. */
  unfinished?: string;
  /** `current` is there and no link. */
  blocked: boolean;
  releases: readonly ReleaseOnDisk[];
}

/** Reads what `listing` printed. */
export function readListing(output: string): OnDisk {
  const lines = output.split("\n").map((line) => line.split("\t"));
  const word = (name: string) => lines.find(([first]) => first === name)?.[1] || undefined;
  const [current, unfinished] = [word("current"), word("unfinished")];
  return {
    ...(current !== undefined && { current }),
    ...(unfinished !== undefined && { unfinished }),
    blocked: lines.some(([first]) => first === "blocked"),
    releases: lines.flatMap(([first, name, digest, tag]) =>
      first === "release" && name !== undefined
        ? [{ name, ...(digest !== undefined && digest !== "" && { digest }), ...(tag && { tag }) }]
        : [],
    ),
  };
}

/**
 * The release on disk that a build is. The one of the same tag comes before others with the same bytes, and of those the one
 * that runs.
 */
export function releaseOf(
  onDisk: OnDisk,
  { digest, release }: Pick<Wanted, "digest" | "release">,
): ReleaseOnDisk | undefined {
  const same = onDisk.releases.filter((one) => one.digest === digest);
  return (
    same.find(({ name }) => name === onDisk.current) ?? same.find(({ tag }) => tag === release) ?? same.at(-1)
  );
}

/** The name for a new release's folder: its tag, unless something else has that name. */
export function nameByTag(
  { releases }: OnDisk,
  { release, digest }: Pick<Wanted, "digest" | "release">,
): string {
  const taken = releases.some(({ name }) => name === release);
  return taken ? `${release}-${digest.slice(digest.indexOf(":") + 1).slice(0, 12)}` : release;
}

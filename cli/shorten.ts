/** The first 12 hexadecimal digits of a digest, as Docker shows it. */
export function shortDigest(digest: string): string {
  return digest.replace("sha256:", "").slice(0, 12);
}

/** The first 10 digits of a commit; a dash where none is known. */
export function shortCommit(commit: string | undefined): string {
  return commit?.slice(0, 10) ?? "-";
}

/** Who holds a stack's lock, as Pulumi tells it. */
export interface LockHolder {
  /** Undefined where the backend does not say. */
  user?: string;
  host?: string;
  pid?: number;
  /** ISO 8601, UTC. */
  since?: string;
  /** As the backend says it. */
  text: string;
}

/** Backends of files and buckets name each lock; Pulumi Cloud says only that there is one. */
const filesWords = /^.*the stack is currently locked by (\d+) lock\(s\).*$/m;
const lockLine = /^\s*\S+: created by (.*)@(\S+) \(pid (\d+)\) at (\S+)$/;
const serviceWords = /^.*(?:another update is (?:currently|already) in progress|\[409\] conflict).*$/im;

/** The holders of the lock that an update of Pulumi was refused by; undefined where its text tells of none. */
export function lockHolders(text: string): LockHolder[] | undefined {
  const files = filesWords.exec(text);
  if (files !== null) {
    const [words = "", count] = files;
    const holders = text
      .slice(files.index + words.length)
      .split("\n")
      .filter((line) => /^\s+\S/.test(line))
      .map(holderIn);
    // One that is not told of holds the stack all the same.
    return holders.length >= Number(count) ? holders : [...holders, { text: inFull(words) }];
  }
  const service = serviceWords.exec(text)?.[0];
  return service === undefined ? undefined : [{ text: inFull(service) }];
}

function inFull(words: string): string {
  return words.replace(/^error: /, "").trim();
}

/** A line that is worded in another way is kept as it is. */
function holderIn(line: string): LockHolder {
  const [, user, host, pid, since] = lockLine.exec(line) ?? [];
  if (user === undefined || host === undefined || pid === undefined || since === undefined)
    return { text: line.trim() };
  return { user, host, pid: Number(pid), since, text: line.trim() };
}

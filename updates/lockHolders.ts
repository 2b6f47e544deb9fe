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
const filesWords = /the stack is currently locked by \d+ lock\(s\)/;
const lockLine = /^\s*\S+: created by (.*)@(\S+) \(pid (\d+)\) at (\S+)$/;
const serviceWords = /^.*(?:another update is (?:currently|already) in progress|\[409\] conflict).*$/im;

/** The holders of the lock that an update of Pulumi was refused by; undefined where its text tells of none. */
export function lockHolders(text: string): LockHolder[] | undefined {
  if (filesWords.test(text)) return text.split("\n").flatMap(holderIn);
  const service = serviceWords.exec(text)?.[0];
  return service === undefined ? undefined : [{ text: service.replace(/^error: /, "").trim() }];
}

function holderIn(line: string): LockHolder[] {
  const [, user, host, pid, since] = lockLine.exec(line) ?? [];
  if (user === undefined || host === undefined || pid === undefined || since === undefined) return [];
  return [{ user, host, pid: Number(pid), since, text: line.trim() }];
}

import { setTimeout as sleep } from "node:timers/promises";
import type { GitHubPlace } from "../../catalog/githubClient";
import type { Redact } from "../../gates/redaction";
import { oneLine } from "../../gates/shownText";
import { issueMessage } from "../message";
import { readRecords } from "../readRecords";
import { moveWords, type ReleaseRecord } from "../releaseRecord";
import type { RecordPlace } from "../writtenRecord";
import { githubIssues, IssueError, type Issues } from "./githubIssues";
import { incidentsIn, untoldIncidents, type KnownIssue, type Untold } from "./incidents";
import { commentText, issueText, marker } from "./issueText";
import { knownIssue, noteIssue } from "./knownIssues";
import { seenBefore } from "./seenBefore";

export interface PostmortemOptions {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  place: RecordPlace;
  github: GitHubPlace;
  labels: readonly string[];
  assignees: readonly string[];
  /** Log lines of each service in the issue. */
  logLines: number;
  redact: Redact;
}

export interface Patience {
  /** Seconds for all of it. */
  within: number;
  /** Seconds ahead of each further attempt. */
  pauses: readonly number[];
  /** Ends it before. @default nothing does */
  signal?: AbortSignal;
}

/** While an `up` goes on. */
export const patiently: Patience = { within: 10, pauses: [0.5, 2] };
/** At a good end. */
export const atAGoodEnd: Patience = { within: 6, pauses: [0.5, 2] };
/** When the engine ends the program: it waits five seconds for it, and kills it then. */
export const atTheEnd: Patience = { within: 2.5, pauses: [] };

/** What is told at the `up`, and to the webhook. */
export interface News {
  level: "info" | "warn";
  text: string;
  /** For the webhook; undefined where it need not know. */
  message?: string;
}

/** Clocks differ; an issue was not opened more than this before its incident. */
const skewMilliseconds = 24 * 3600 * 1000;

/**
 * Opens an issue on GitHub for each incident, once, and adds to it what each further `up` of the incident came to. What
 * is to be told follows from the file of records; what was opened is noted beside it, and where that note is missing GitHub
 * is asked for an issue with the incident's mark.
 */
export class Postmortems {
  /** One at a time: two would both find no issue. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly said = new Set<string>();

  constructor(private readonly options: PostmortemOptions) {}

  /**
   * Tells GitHub what it is still to be told of. Never rejects.
   * @param ended the `up` that has just ended, which the file may not have
   */
  settle(patience: Patience, ended?: ReleaseRecord): Promise<News[]> {
    const deadline = performance.now() + patience.within * 1000;
    const news = this.last.then(() => this.attempts(patience, deadline, ended));
    this.last = news;
    return news;
  }

  private async attempts(
    { pauses, signal }: Patience,
    deadline: number,
    ended: ReleaseRecord | undefined,
  ): Promise<News[]> {
    const news: News[] = [];
    for (const pause of [...pauses, undefined]) {
      const problem = await this.attempt(deadline, signal, ended, news);
      if (problem === undefined) return news;
      const late = pause === undefined || performance.now() + pause * 1000 >= deadline;
      if (late || problem.final || signal?.aborted === true)
        return this.said.has(problem.text) ? news : [...news, this.warning(problem.text)];
      await sleep(pause * 1000, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
    return news;
  }

  private warning(text: string): News {
    this.said.add(text);
    return { level: "warn", text };
  }

  /** @returns why not all could be told; undefined when it was */
  private async attempt(
    deadline: number,
    signal: AbortSignal | undefined,
    ended: ReleaseRecord | undefined,
    news: News[],
  ): Promise<{ text: string; final: boolean } | undefined> {
    const { place, stack, github, redact } = this.options;
    let moves = "a rollback";
    try {
      const incidents = untoldNow(place, stack, github.repository, ended);
      if (incidents.length === 0) return undefined;
      const words = incidents.map(({ incident }) => `the ${moveWords(incident.first)}`);
      const left = Math.max(0, (deadline - performance.now()) / 1000);
      const issues = await githubIssues(github, left, signal);
      for (const [index, one] of incidents.entries()) {
        moves = words.slice(index).join(" and of ");
        news.push(...(await this.tell(issues, one)));
      }
      return undefined;
    } catch (error) {
      const why = oneLine(redact(error instanceof Error ? error.message : String(error)), 300);
      return {
        text: `record.postmortem: the issue of ${moves} is not opened, or not up to date: ${github.repository} on ${github.api}: ${why}; the next \`up\` does it`,
        final: !(error instanceof IssueError) || error.final,
      };
    }
  }

  private async tell(issues: Issues, { incident, issue, untold }: Untold): Promise<News[]> {
    const { id } = incident.first;
    const known = issue ?? (await this.found(issues, incident.first));
    if (known === undefined) return this.open(issues, incident);
    // What was taken may have lost its answer, or the program its note.
    let told = [...known.told, ...(await issues.comments(known.number)).flatMap(marked)];
    for (const record of untold.filter((update) => !told.includes(update.id))) {
      await issues.comment(known.number, commentText(record, this.options.redact));
      told = [...told, record.id];
      this.note(id, { ...known, told });
    }
    this.note(id, { ...known, told });
    return [
      { level: "info", text: `The issue of the ${moveWords(incident.first)} is up to date: ${known.url}` },
    ];
  }

  private async found(issues: Issues, { id, startedAt }: ReleaseRecord): Promise<KnownIssue | undefined> {
    const since = new Date(Date.parse(startedAt) - skewMilliseconds).toISOString();
    const found = await issues.find(marker(id), since);
    if (found === undefined) return undefined;
    const { number, url, body } = found;
    return { repository: this.options.github.repository, number, url, told: marked(body) };
  }

  private async open(issues: Issues, incident: Untold["incident"]): Promise<News[]> {
    const { labels, assignees, logLines, redact, place, github } = this.options;
    const { first, updates } = incident;
    const seen = first.evidence === undefined ? undefined : seenBefore(first.evidence, logLines);
    const text = issueText({ incident, seen, file: place.file, redact });
    const { number, url, without } = await issues.open({ ...text, labels, assignees });
    this.note(first.id, { repository: github.repository, number, url, told: updates.map(({ id }) => id) });
    const move = moveWords(first);
    const opened: News = {
      level: "info",
      text: `An issue is opened for the postmortem of the ${move}: ${url}`,
      message: issueMessage(first, url),
    };
    if (without === undefined) return [opened];
    return [
      opened,
      {
        level: "warn",
        text: `record.postmortem: ${url} is without its labels and assignees, which GitHub did not take: ${oneLine(redact(without), 300)}`,
      },
    ];
  }

  /** Where it can't be noted, the next `up` finds the issue by its mark. */
  private note(id: string, issue: KnownIssue): void {
    try {
      noteIssue(this.options.place.folder, id, issue);
    } catch {
      // Said by whatever else can't be written there.
    }
  }
}

/** The updates that a text on GitHub tells of. */
function marked(text: string): string[] {
  return [...text.matchAll(/<!-- knowngood ([\w.-]+) -->/g)].map(([, id = ""]) => id);
}

/** What GitHub is still to be told of a stack. @throws what the file system says */
export function untoldNow(
  { folder, file }: RecordPlace,
  stack: string,
  repository: string,
  ended?: ReleaseRecord,
): Untold[] {
  const records = readRecords(file, stack);
  const all =
    ended === undefined || records.some(({ id }) => id === ended.id) ? records : [...records, ended];
  return untoldIncidents(incidentsIn(all), (id) => knownIssue(folder, id), repository, new Date());
}

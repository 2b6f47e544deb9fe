export interface WritingApp {
  id: number;
  slug: string;
}

export const actions: WritingApp = { id: 15368, slug: "github-actions" };

interface Run {
  id: number;
  app: WritingApp | null;
}

/** Which app wrote a check, and no more checks than are asked for at once: what the emulator does not do. */
export class CheckApps {
  /** As whom checks are written from now on. */
  writing = actions;
  private readonly by = new Map<number, WritingApp>();

  /** What GitHub would say for what the emulator says, at a path of checks. */
  told(method: string, { pathname, searchParams }: URL, text: string): string {
    if (!pathname.includes("/check-runs")) return text;
    const given = JSON.parse(text) as Run | { check_runs: Run[] };
    if ("check_runs" in given) {
      for (const run of given.check_runs) run.app = this.by.get(run.id) ?? null;
      const [size, page] = [
        Number(searchParams.get("per_page") ?? 30),
        Number(searchParams.get("page") ?? 1),
      ];
      given.check_runs = given.check_runs.slice(size * (page - 1), size * page);
    } else {
      if (method === "POST") this.by.set(given.id, this.writing);
      given.app = this.by.get(given.id) ?? null;
    }
    return JSON.stringify(given);
  }
}

import type { Statement } from "./statement";

/** What of an object a statement changed. */
export type Aspect =
  | "created"
  | "dropped"
  | "renamed"
  | "columns"
  | "type"
  | "default"
  | "nullability"
  | "constraint"
  | "trigger"
  | "access"
  | "body"
  | "rows"
  /** A name led nowhere any more, whichever object had it. */
  | "gone"
  | "other";

interface Entry {
  aspect: Aspect;
  statement: Statement;
}

/** Which statement ahead changed which object. Objects go by identity, as the keys of `subject`. */
export class Journal {
  private readonly entries = new Map<string, Entry[]>();

  record(aspect: Aspect, statement: Statement, ...subjects: readonly string[]): void {
    for (const subject of subjects) {
      const known = this.entries.get(subject);
      if (known === undefined) this.entries.set(subject, [{ aspect, statement }]);
      else known.push({ aspect, statement });
    }
  }

  /** The last statement that changed one of these aspects of the subject, or any aspect where none is given. */
  last(subject: string, aspects?: readonly Aspect[]): Statement | undefined {
    return this.entries
      .get(subject)
      ?.findLast(({ aspect }) => aspects === undefined || aspects.includes(aspect))?.statement;
  }
}

export const subject = {
  relation: (id: number) => `relation ${id}`,
  column: (id: number) => `column ${id}`,
  columnName: (relation: number, name: string) => `column ${relation}.${name}`,
  constraint: (id: number) => `constraint ${id}`,
  index: (id: number) => `index ${id}`,
  trigger: (id: number) => `trigger ${id}`,
  policy: (relation: number, name: string) => `policy ${relation} ${name}`,
  routine: (id: number) => `routine ${id}`,
  type: (id: number) => `type ${id}`,
  value: (id: number) => `value ${id}`,
  schema: (id: number) => `schema ${id}`,
  named: (kind: string, name: string) => `${kind} ${name}`,
};

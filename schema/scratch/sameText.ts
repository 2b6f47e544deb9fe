/** Whether two texts of a value mean the same to old code, whatever became of its type. */
export function sameText(one: string | null, other: string | null): boolean {
  if (one === other) return true;
  return one !== null && other !== null && (sameJson(one, other) || isLonger(one, other));
}

/** json turned to jsonb, or back, is written with other spaces and in another order. */
function sameJson(one: string, other: string): boolean {
  if (!/^[[{]/.test(one) || !/^[[{]/.test(other)) return false;
  try {
    return canonical(JSON.parse(one)) === canonical(JSON.parse(other));
  } catch {
    return false;
  }
}

/** A composite value whose type has more attributes begins as it did. */
function isLonger(one: string, other: string): boolean {
  return one.startsWith("(") && one.endsWith(")") && other.startsWith(`${one.slice(0, -1)},`);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

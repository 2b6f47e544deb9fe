import { judgeStatically, type StaticJudgement } from "../../../schema/static/judgeStatically";

/** Judges one file ahead of one file shipped. */
export function judged(shipped: string, ahead: string): Promise<StaticJudgement> {
  return judgeStatically({
    shipped: shipped === "" ? [] : [{ name: "shipped", sql: shipped }],
    ahead: [{ name: "ahead", sql: ahead }],
  });
}

/** Each finding as `verdict rule object:line`. */
export function told(findings: StaticJudgement["findings"]): string[] {
  return findings.map(({ verdict, rule, object, line }) => `${verdict} ${rule} ${object}:${line}`);
}

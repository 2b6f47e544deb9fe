/**
 * A reason as a commit's message can have it: GitHub, and CI, take commands from there. It calls nobody, refers to and closes
 * no issue, keeps no check from running, and ends with no trailer; the stack file has it word for word.
 */
export function harmlessReason(reason: string): string {
  return reason
    .trim()
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replace(/\*{3,}/g, "*")
    .replaceAll("@", "(at)")
    .replace(/#(?=\d)/g, "no. ")
    .replace(/\bGH-(?=\d)/gi, "GH ")
    .replace(/:\/\//g, ": //")
    .replace(/^[\w-]+[ \t]*:/gm, "- $&");
}

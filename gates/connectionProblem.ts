const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection closed without an answer",
  EPIPE: "connection closed without an answer",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name not found for now",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  ETIMEDOUT: "no connection: timed out",
};

/** Why a connection failed, in a person's words; an error without a known code in its own. */
export function connectionProblem(error: Error): string {
  // A name with several addresses fails with one error for each.
  const first: Error =
    error instanceof AggregateError ? ((error.errors[0] as Error | undefined) ?? error) : error;
  const code = (first as NodeJS.ErrnoException).code ?? "";
  return words[code] ?? (first.message || code);
}

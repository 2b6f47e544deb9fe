/** How often each status was answered, in Prometheus's text format. */
export class AnswerCounts {
  // From zero on: Prometheus counts what a counter grows by, and not what it is first seen with.
  private readonly counts = new Map<number, number>([
    [200, 0],
    [500, 0],
  ]);

  count(status: number): void {
    this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
  }

  text(): string {
    const lines = [...this.counts].map(
      ([status, count]) => `http_requests_total{code="${status}"} ${count}\n`,
    );
    return [
      "# HELP http_requests_total Visitors' requests by status.\n",
      "# TYPE http_requests_total counter\n",
      ...lines,
    ].join("");
  }
}

/**
 * The SDK takes a stack of each resource and promise, mapped back through its sources: a fifth of a second of a preview
 * that nobody sees.
 */
export function withoutStacks<Made>(make: () => Made): Made {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

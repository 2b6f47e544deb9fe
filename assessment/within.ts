/** What a promise gives within some seconds, else something instead; what comes later is left to itself. */
export async function within<Value>(seconds: number, answer: Promise<Value>, instead: Value): Promise<Value> {
  let handle: NodeJS.Timeout | undefined;
  const late = new Promise<Value>((resolve) => {
    handle = setTimeout(() => resolve(instead), seconds * 1000);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(handle);
  }
}

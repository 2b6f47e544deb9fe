// Judges the release that has just been deployed: exit 0 lets it pass.
const [url = ""] = process.argv.slice(2);
const { KNOWNGOOD_DIRECTION: direction, KNOWNGOOD_TO: release } = process.env;

const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
const text = await answer.text();
console.error(`${direction} to ${release}: ${text.trim()}`);
process.exitCode = text.trim() === "" ? 1 : 0;

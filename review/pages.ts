import { GitHubRefusal } from "./repository";

/** As many as GitHub gives at once. */
export const pageSize = 100;
/** Of one that answers the same page for ever, nobody would see the end. */
const mostPages = 20;

/**
 * The items of a list of GitHub's, page by page.
 * @param what is listed, for an error
 * @param page asks for one, by its number from 1, with `pageSize` as `per_page`
 * @throws GitHubRefusal for more than anybody looks through: a list that is not whole decides nothing
 */
export async function* inPages<Item>(
  what: string,
  page: (number: number) => Promise<readonly Item[]>,
): AsyncGenerator<Item, void> {
  for (let number = 1; number <= mostPages; number++) {
    const items = await page(number);
    yield* items;
    if (items.length < pageSize) return;
  }
  throw new GitHubRefusal(
    `GitHub lists more than ${mostPages * pageSize} ${what}, and so many are not looked through`,
    undefined,
  );
}

/** The same, all of it. */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

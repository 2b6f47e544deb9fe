import type { TransactionStmt } from "libpg-query";
import { only } from "./nodes";
import type { Read } from "./reader";

/**
 * A file's statements without those that its own ROLLBACK undoes. A ROLLBACK without a BEGIN in the file undoes nothing
 * here: what the runner's transaction held before it is not known.
 */
export async function* withoutRolledBack(chunks: AsyncIterable<Read[]>, sql: string): AsyncGenerator<Read[]> {
  if (!/\b(rollback|abort)\b/i.test(sql)) {
    yield* chunks;
    return;
  }
  const kept: Read[] = [];
  let began: number | undefined;
  const savepoints: { name: string; at: number }[] = [];
  for await (const chunk of chunks)
    for (const one of chunk) {
      const transaction = only(one.statement?.node, "TransactionStmt");
      if (transaction === undefined) {
        kept.push(one);
        continue;
      }
      const back = undoneFrom(transaction, began, savepoints);
      // What could not be read stays told, also where it was undone.
      if (back !== undefined)
        kept.splice(back, kept.length, ...kept.slice(back).filter(({ unread }) => unread));
      switch (transaction.kind) {
        case "TRANS_STMT_BEGIN":
        case "TRANS_STMT_START":
          began ??= kept.length;
          break;
        case "TRANS_STMT_SAVEPOINT":
          savepoints.push({ name: transaction.savepoint_name ?? "", at: kept.length });
          break;
        case "TRANS_STMT_COMMIT":
        case "TRANS_STMT_ROLLBACK":
          began = transaction.chain === true ? kept.length : undefined;
          savepoints.length = 0;
          break;
        default:
          break;
      }
    }
  yield kept;
}

function undoneFrom(
  transaction: TransactionStmt,
  began: number | undefined,
  savepoints: readonly { name: string; at: number }[],
): number | undefined {
  if (transaction.kind === "TRANS_STMT_ROLLBACK") return began;
  if (transaction.kind !== "TRANS_STMT_ROLLBACK_TO") return undefined;
  return savepoints.findLast(({ name }) => name === transaction.savepoint_name)?.at;
}

export interface Order {
  id: string;
  customer: string;
  /** Cents. */
  amount: number;
  status: string;
  note?: string | null;
}

/**
 * The page of all orders.
 * @param orders undefined where the api didn't give them
 */
export function ordersPage(release: string, orders: readonly Order[] | undefined): string {
  const rows = (orders ?? []).map(
    (order) =>
      `<tr><td>${escape(order.id)}</td><td>${escape(order.customer)}</td><td>${(order.amount / 100).toFixed(2)}</td>` +
      `<td>${escape(order.status)}</td><td>${escape(order.note ?? "")}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc }
</style>
<h1>Shop</h1>
<p>Release ${escape(release)}</p>
${orders === undefined ? "<p><strong>The orders can't be shown right now.</strong></p>" : ""}
<table>
<thead><tr><th>Order</th><th>Customer</th><th>Amount</th><th>Status</th><th>Note</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<form method="post">
<p><label>Customer <input name="customer" required></label>
<label>Amount <input name="amount" type="number" min="0.01" step="0.01" required></label>
<label>Note <input name="note"></label>
<button>Order</button></p>
</form>
</html>
`;
}

function escape(text: string | number): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return String(text).replace(/[&<>"']/g, (character) => names[character] ?? character);
}

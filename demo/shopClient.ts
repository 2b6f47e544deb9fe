/** An order, as the shop's api tells of it. */
export interface Order {
  id: string;
  customer: string;
  /** Cents. */
  amount: number;
  note?: string | null;
}

export interface HealthAnswer {
  status: number;
  body: Record<string, unknown>;
}

const secondsToAnswer = 5;
const within = () => AbortSignal.timeout(secondsToAnswer * 1000);

/** A stack's shop, asked as its customers would, through the published ports. */
export class ShopClient {
  readonly web: string;
  readonly api: string;

  constructor(ports: { web: number; api: number }) {
    this.web = `http://127.0.0.1:${ports.web}`;
    this.api = `http://127.0.0.1:${ports.api}`;
  }

  /** Fills in the form of the shop's page. @throws when the shop does not take the order */
  async place(order: { customer: string; amount: string; note: string }): Promise<void> {
    const response = await fetch(`${this.web}/`, {
      method: "POST",
      body: new URLSearchParams(order),
      redirect: "manual",
      signal: within(),
    });
    if (response.status !== 303)
      throw new Error(`the shop answered ${response.status} to an order: ${await response.text()}`);
  }

  /** All orders, newest first. @throws when the api does not give them */
  async orders(): Promise<Order[]> {
    const response = await fetch(`${this.api}/orders`, { signal: within() });
    if (!response.ok) throw new Error(`the api answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Order[];
  }

  /** What the api's health endpoint says. @throws when nothing answers */
  async health(): Promise<HealthAnswer> {
    const response = await fetch(`${this.api}/health`, { signal: within() });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}

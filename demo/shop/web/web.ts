import { serve, type Answer } from "../service/http";
import { log, release } from "../service/log";
import { ordersPage, type Order } from "./page";

const api = process.env.API_URL ?? "http://api:8080";
const secondsToAnswer = 3;

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, api), { ...init, signal: AbortSignal.timeout(secondsToAnswer * 1000) });
}

async function health(): Promise<Answer> {
  try {
    const response = await ask("/health");
    const said: unknown = await response.json();
    return {
      status: response.ok ? 200 : 503,
      body: { status: response.ok ? "ok" : "failing", release: release(), api: said },
    };
  } catch (error) {
    log("api out of reach", { api, error: (error as Error).message });
    return { status: 503, body: { status: "failing", release: release(), error: "api out of reach" } };
  }
}

async function page(): Promise<Answer> {
  const response = await ask("/orders").catch(() => undefined);
  if (!response?.ok) return { status: 502, body: ordersPage("unknown", undefined) };
  // What a visitor calls the shop's release is the api's: this image is the same in all of them.
  const shown = response.headers.get("x-release") ?? "unknown";
  return { status: 200, body: ordersPage(shown, (await response.json()) as Order[]) };
}

/** Takes the page's form and hands it to the api. */
async function order(form: string): Promise<Answer> {
  const fields = new URLSearchParams(form);
  const body = JSON.stringify({
    customer: fields.get("customer"),
    amount: Math.round(Number(fields.get("amount")) * 100),
    note: fields.get("note"),
  });
  const response = await ask("/orders", { method: "POST", body });
  if (response.ok) return { status: 303, body: "", headers: { location: "/" } };
  return { status: response.status, body: await response.json() };
}

serve(({ method, path, body }) => {
  if (path === "/health") return health();
  if (path === "/" && method === "POST") return order(body);
  if (path === "/") return page();
  return Promise.resolve({ status: 404, body: { error: `nothing at ${path}` } });
});

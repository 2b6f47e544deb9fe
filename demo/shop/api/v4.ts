import { fatal } from "../service/log";
import { serveTotalCents } from "./totalCents";

// The bug of this release: it needs a setting that no deployment knows of, and never starts.
if (!process.env.PAYMENT_URL) fatal("PAYMENT_URL is not set");

serveTotalCents();

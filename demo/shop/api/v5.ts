import { serveTotalCents } from "./totalCents";

serveTotalCents();

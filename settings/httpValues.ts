import { z } from "zod";
import { headerName, listOf, mapOf, secretName, wholeNumber } from "./values";

/** Headers of a request, in clear. */
export const headers = mapOf(
  headerName,
  z.string({ error: "write a text" }),
  "write a map of header names to texts",
).default({});

/** Headers of a request whose value is a secret setting, by its name. */
export const secretHeaders = mapOf(
  headerName,
  secretName,
  "write a map of header names to names of secret settings",
).default({});

/** Statuses of an answer, at least one. */
export const httpStatuses = listOf(
  wholeNumber(100, 599, "an HTTP status"),
  "write a list of HTTP statuses, such as [200]",
).min(1, { error: "name at least one HTTP status" });

import type { CommandPlace } from "./command/place";

/** Where and how a stack's services run, as plain data: what a command that works there is told on standard input. */
export type Place = CommandPlace;

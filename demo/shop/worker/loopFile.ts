/** Touched after each loop of the worker; its age says whether the worker still works. */
export const loopFile = "/tmp/last-loop";

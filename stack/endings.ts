/** Something outside that the command needs and can't use; the message says what and what to do. */
export class BrokenEnvironment extends Error {
  override readonly name = "BrokenEnvironment";
}

/** A guard refused; the message says which, and what answers it. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** A person ended the command; the message says where things stand, and what to type. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export type RegistryErrorKind = "unreachable" | "unauthorized" | "not-found" | "bad-answer";

/** A registry that did not say what it was asked. Messages name the reference, and never hold a credential. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";

  constructor(
    /** `unreachable`: no answer in time. `bad-answer`: an answer that no registry gives. */
    readonly kind: RegistryErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

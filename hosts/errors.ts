/** The host could not be asked, or the connection was lost: the text has what ssh said, and what to type. */
export class HostUnreachable extends Error {
  override readonly name: string = "HostUnreachable";
}

/** The host shows none of the keys that it should show, or one of which nothing is known. Nothing was sent to it. */
export class HostKeyMismatch extends HostUnreachable {
  override readonly name = "HostKeyMismatch";
}

/** The connection was lost while a script ran: whether the script had done its work isn't known. */
export class HostLost extends HostUnreachable {
  override readonly name = "HostLost";
}

/** A script took longer than it may; it was ended, on the host too. */
export class HostTimeout extends Error {
  override readonly name = "HostTimeout";
}

/** What is wrong, as a machine reads it. Each has a page: `nonevent explain CODE`. */
export type ErrorCode =
  | 'StoreUnavailable' // the history could not be read or written, after bounded retries
  | 'CommitTooLarge' // an append over the size limit; nothing was written
  | 'HistoryCorrupt' // a gap, a broken chain or an unreadable event
  | 'UnknownEvent' // an event type or version that this version of Nonevent does not know
  | 'TargetFailed' // a revision could not be placed, routed or removed
  | 'ArtifactFailed' // an artifact is missing, damaged or could not be packed
  | 'CommandFailed' // a command could not be run at all
  | 'InvalidInput' // something from outside does not have its form
  | 'NotFound' // no such deployment, stage or environment
  | 'Conflict' // somebody else was first, or the deployment has already ended
  | 'Unreachable'; // no local system, no credentials, no network

/** The one error that Nonevent throws for outages and bad input. Everything else thrown is a bug. */
export class NoneventError extends Error {
  override readonly name: string = 'NoneventError';
  readonly code: ErrorCode;
  /** Ids and values that the message speaks of. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  /** What to do next. */
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { fields?: Record<string, string | number | boolean>; hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
    this.hint = options.hint;
  }
}

/** The name of anything that was thrown, such as that of an error of AWS. */
export function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : 'Error';
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, ' ').trim();
}

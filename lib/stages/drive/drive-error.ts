/**
 * What a handler tells Step Functions, which matches `Retry` and `Catch` by the error's name:
 * `AttemptFailed` try again · `StageRefused` failed before it began · `StageFailed` · `UndoFailed` for good.
 */
export type DriveErrorName = 'AttemptFailed' | 'StageRefused' | 'StageFailed' | 'UndoFailed';

/** The history already holds what happened; this only steers the execution. */
export class DriveError extends Error {
  override readonly name: DriveErrorName;

  constructor(name: DriveErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

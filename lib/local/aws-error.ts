/** An error as an AWS service answers it, so that the SDK's clients throw the exception of that name. */
export class AwsError extends Error {
  override readonly name: string = 'AwsError';
  /** The exception's name, such as `ExecutionDoesNotExist`. */
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

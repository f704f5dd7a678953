import { messageOf, NoneventError, nameOf } from '../nonevent-error.ts';

/** The error for a DynamoDB call that failed after the SDK's own retries. The SDK's error is its cause. */
export function storeUnavailable(operation: string, table: string, cause: unknown): NoneventError {
  const name = nameOf(cause);
  return new NoneventError(
    'StoreUnavailable',
    `could not ${operation} in table ${table}: ${name}: ${messageOf(cause)}`,
    {
      fields: { operation, table, error: name },
      hint:
        name === 'ResourceNotFoundException'
          ? 'the table does not exist: start `nonevent dev`, or deploy the stack that makes it'
          : 'nonevent doctor',
      cause,
    },
  );
}

import { NoneventError } from '../../nonevent-error.ts';
import type { AwsConfiguration } from './aws-configuration.ts';
import { type AwsPlace, awsFailure } from './aws-failure.ts';
import type { StackConnection } from './stack-connection.ts';

/** Whose credentials these are. */
export type Caller = { readonly arn: string; readonly account: string };

/** Asks STS whose credentials these are; everybody may ask that. Error: `Unreachable`. */
export async function callerOf(configuration: AwsConfiguration, place: AwsPlace): Promise<Caller> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(configuration);
  try {
    const { Arn = 'unknown', Account = 'unknown' } = await client.send(new GetCallerIdentityCommand({}));
    return { arn: Arn, account: Account };
  } catch (thrown) {
    throw awsFailure(thrown, { doing: 'ask who this is', action: 'sts:GetCallerIdentity' }, place);
  } finally {
    client.destroy();
  }
}

/**
 * Makes sure that a connection is to a stack of the account whose credentials are used. A file may say any account, and names of
 * buckets are the same in all of them.
 *
 * Errors: `Unreachable`, with both accounts.
 */
export function requireAccount({ account, stack }: StackConnection, caller: Caller): void {
  if (account === caller.account) return;
  throw new NoneventError(
    'Unreachable',
    `the connection to stack ${stack} says account ${account}, and the credentials are those of ${caller.arn} in account ${caller.account}`,
    {
      fields: { stack, account, caller: caller.account },
      hint: 'name a profile of that account with --profile, or run `nonevent connect` again',
    },
  );
}

import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { NoneventError } from '../../nonevent-error.ts';
import { type StackOutputs, stackOutputs } from '../../stages/cloud/stack-outputs.ts';
import { awsFailure } from './aws-failure.ts';
import { readOutputs } from './read-outputs.ts';
import type { StackConnection } from './stack-connection.ts';

type Configuration = CloudFormationClientConfig & { readonly region: string };

/**
 * Asks a stack what is in it.
 *
 * Errors: `Unreachable` where there is no such stack, where it is not one of Nonevent's, or where AWS cannot be asked.
 */
export async function describeStack(
  configuration: Configuration,
  { stack, profile }: { readonly stack: string; readonly profile: string | undefined },
): Promise<StackConnection> {
  const { region } = configuration;
  const told = outputsOf(await outputsIn(configuration, stack, profile), stack, region);
  return {
    version: 1,
    stack,
    region,
    ...(profile === undefined ? {} : { profile }),
    account: told.StateMachines.split(':')[4] ?? '',
    table: told.Table,
    bus: told.Bus,
    artifacts: told.Artifacts,
    stateMachines: told.StateMachines,
    connectedAt: new Date().toISOString(),
  };
}

/** The outputs of a stack. Error: `Unreachable`. */
export async function outputsIn(
  configuration: Configuration,
  stack: string,
  profile: string | undefined,
): Promise<readonly Output[]> {
  const client = new CloudFormationClient(configuration);
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return Stacks?.[0]?.Outputs ?? [];
  } catch (thrown) {
    const request = { doing: `ask stack ${stack}`, action: 'cloudformation:DescribeStacks' };
    throw awsFailure(thrown, request, { stack, region: configuration.region, profile });
  } finally {
    client.destroy();
  }
}

/** Only a stack whose every output is there and has its form is one of ours. */
function outputsOf(outputs: readonly Output[], stack: string, region: string): StackOutputs {
  const read = readOutputs(stackOutputs, outputs);
  if ('told' in read) return read.told;
  throw new NoneventError(
    'Unreachable',
    `stack ${stack} in ${region} is no installation of Nonevent: ${read.wrong.join(', ')} missing among its outputs, or not of its form`,
    {
      fields: { stack, region },
      hint: 'name another with --stack, or install this version with `npx cdk deploy`',
    },
  );
}

import { NoneventError } from '../../nonevent-error.ts';
import { type AuditOutputs, auditOutputs } from '../../stages/cloud/stack-outputs.ts';
import type { AwsConfiguration } from './aws-configuration.ts';
import { outputsIn } from './describe-stack.ts';
import { readOutputs } from './read-outputs.ts';
import type { StackConnection } from './stack-connection.ts';

/**
 * Asks a stack where distributed audits are done.
 *
 * Errors: `Unreachable` where it does not tell, or where AWS cannot be asked.
 */
export async function describeAudit(
  configuration: AwsConfiguration,
  { stack, region, profile }: Pick<StackConnection, 'stack' | 'region' | 'profile'>,
): Promise<AuditOutputs> {
  const outputs = readOutputs(auditOutputs, await outputsIn(configuration, stack, profile));
  if ('told' in outputs) return outputs.told;
  throw new NoneventError(
    'Unreachable',
    `stack ${stack} in ${region} has no distributed audit: ${outputs.wrong.join(' and ')} missing among its outputs, or not of its form`,
    {
      fields: { stack, region },
      hint: 'install this version with `npx cdk deploy`; until then `nonevent audit verify` reads the table here',
    },
  );
}

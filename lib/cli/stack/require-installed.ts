import type { SFNClient } from '@aws-sdk/client-sfn';
import { pipelineDigest } from '../../history/digests.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { publishedVersions } from '../../stages/drive/published-versions.ts';
import type { StackConnection } from './stack-connection.ts';

/**
 * Makes sure that a stack runs exactly this definition, before anything is asked of it. What a stack runs is changed by `cdk deploy` alone.
 *
 * Errors: `Unreachable` where it is not installed; those of the SDK.
 */
export async function requireInstalled(
  client: SFNClient,
  { stack, region, stateMachines }: StackConnection,
  pipeline: Pipeline,
): Promise<void> {
  const digest = pipelineDigest(pipeline);
  const name = pipeline.pipeline;
  const found = await publishedVersions(client, stateMachines).find({
    pipeline: name,
    pipelineDigest: digest,
  });
  if (found !== undefined) return;
  const local = Object.entries(pipeline.environments).find(([, { target }]) => target.kind === 'process');
  throw new NoneventError(
    'Unreachable',
    `pipeline ${name} as it is here (${digest.slice(0, 'sha256:'.length + 12)}) is not installed in stack ${stack} in ${region}`,
    {
      fields: { pipeline: name, digest, stack, region },
      hint:
        local === undefined
          ? 'put this file among the pipelines of the stack and install it with `npx cdk deploy`; then type the command again'
          : `${local[0]} is a process on one machine, which no stack runs: deploy it with --local`,
    },
  );
}

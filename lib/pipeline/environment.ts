import { z } from 'zod';
import { duration } from './duration.ts';
import { leasePolicy } from './lease-policy.ts';
import { cloudFormationTarget } from './target-kinds/cloud-formation.ts';
import { ecsServiceTarget } from './target-kinds/ecs-service.ts';
import { lambdaAliasTarget } from './target-kinds/lambda-alias.ts';
import { processTarget } from './target-kinds/process.ts';

/** Where revisions can run, by kind. */
export const TARGETS = [processTarget, lambdaAliasTarget, ecsServiceTarget, cloudFormationTarget] as const;

export const environmentDefinition = z.strictObject({
  target: z.discriminatedUnion('kind', TARGETS).describe('Where revisions run.'),
  lease: leasePolicy
    .optional()
    .describe(
      'What a deployment does while another one changes this environment: wait for its turn, wait in place of the older ones of its pipeline, or fail.',
    ),
  warm: duration
    .optional()
    .describe(
      'How long the revision that was live before keeps running after a success; left out: until the next one. After it, a rollback places it again first.',
    ),
  leaseTimeout: duration.optional().describe('How long a deployment waits for its turn at most.'),
});

export type EnvironmentDefinition = z.output<typeof environmentDefinition>;
export type TargetDefinition = EnvironmentDefinition['target'];

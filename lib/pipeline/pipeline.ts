import { z } from 'zod';
import { apis } from './apis.ts';
import { environmentDefinition } from './environment.ts';
import { name, stageName } from './names.ts';
import { schemas } from './schemas.ts';
import { checkStage, type Stage, stage } from './stage.ts';
import { triggers } from './triggers.ts';

/** Checks that run side by side. Changes never do. */
export const parallelGroup = z.strictObject({
  parallel: stageName,
  stages: z.array(checkStage).min(2).max(20),
});

export type ParallelGroup = z.output<typeof parallelGroup>;
export type Step = Stage | ParallelGroup;

/**
 * A pipeline as it runs: every default filled in, all sugar expanded, durations in seconds, leases acquired.
 * This is what a deployment's opening event pins. Parsing a parsed pipeline gives the same pipeline.
 */
export const pipelineSchema = z.strictObject({
  pipeline: name,
  apis: apis.optional(),
  schemas: schemas.optional(),
  triggers: triggers.optional(),
  environments: z.record(name, environmentDefinition),
  stages: z.array(z.union([parallelGroup, stage])).min(1),
});

export type Pipeline = z.output<typeof pipelineSchema>;

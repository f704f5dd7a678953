import { type Proof, prove } from '../lifecycle/prove.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { kindOf } from './registry.ts';

/**
 * Proves the laws of a deployment for a pipeline, with what its kinds do about each way to fail. Gives up where its machine has
 * more situations than `room`.
 */
export function provePipeline(pipeline: Pipeline, room?: number): Proof {
  return prove(pipeline, (stage) => kindOf(stage).recoveries, room === undefined ? {} : { room });
}

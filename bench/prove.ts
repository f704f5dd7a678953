import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { type Pipeline, pipelineSchema } from '../lib/pipeline/pipeline.ts';
import { provePipeline } from '../lib/stages/prove-pipeline.ts';
import { print } from './print.ts';

const GOAL_SECONDS = 2;
const STAGES = 40;
const GROUPS = 3;
const CHECKS_IN_GROUP = 6;
/** A larger group, to see how the time grows where it grows fastest: with each check the situations double. */
const LARGE_GROUP = 9;

/**
 * Proving a pipeline of forty stages with three parallel groups of six, from the parsed file to the last law, and one with a
 * group of nine. The first proof of the process counts: a command proves once.
 */
export async function run(): Promise<void> {
  const forty = fortyStages();
  const { seconds, situations, laws } = proven(forty);
  print(
    `prove, ${STAGES} stages: ${seconds.toFixed(2)} s for ${laws} laws in ${situations} situations (goal under ${GOAL_SECONDS} s)`,
  );
  const large = proven(pipelineOf([group('large', LARGE_GROUP), ...changes('only', 4)]));
  print(
    `prove, a group of ${LARGE_GROUP}: ${large.seconds.toFixed(2)} s for ${large.situations} situations (ratio ${(large.seconds / large.situations / (seconds / situations)).toFixed(1)}x per situation)`,
  );
}

function proven(pipeline: Pipeline): {
  readonly seconds: number;
  readonly situations: number;
  readonly laws: number;
} {
  const begun = performance.now();
  const proof = provePipeline(pipeline);
  const seconds = (performance.now() - begun) / 1000;
  if (!proof.holds) throw new Error(`not proven: ${JSON.stringify(proof.laws.filter((law) => !law.holds))}`);
  return { seconds, situations: proof.situations, laws: proof.laws.length };
}

/** The lease, three groups of six checks, and changes between them: forty stages. */
function fortyStages(): Pipeline {
  const left = STAGES - 1 - GROUPS * CHECKS_IN_GROUP;
  const parts = Array.from({ length: GROUPS }, (_, index) => [
    ...changes(`part-${index}`, left / GROUPS),
    group(`group-${index}`, CHECKS_IN_GROUP),
  ]);
  return pipelineOf(parts.flat());
}

const COMMON = { question: 'Does it hold?', expect: 1, timeout: 20, retries: 2 };

function group(name: string, size: number): object {
  const stages = Array.from({ length: size }, (_, index) => ({
    ...COMMON,
    kind: 'command',
    name: `${name}-${index}`,
    run: 'true',
  }));
  return { parallel: name, stages };
}

function changes(name: string, count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    ...COMMON,
    kind: 'custom',
    name: `${name}-${index}`,
    environment: 'production',
    run: 'true',
    undo: 'true',
  }));
}

function pipelineOf(stages: readonly object[]): Pipeline {
  return pipelineSchema.parse({
    pipeline: 'bench',
    environments: { production: { target: { kind: 'process', start: 'true', port: 4100 } } },
    stages: [
      { ...COMMON, kind: 'acquire', name: 'acquire-production', environment: 'production' },
      ...stages,
    ],
  });
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await run();

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { canonicalJson } from '../history/canonical-json.ts';
import { pipelineDigest } from '../history/digests.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { definitionKey } from '../stages/cloud/definitions.ts';

/** Where Lambda puts the layers of a function. */
export const LAYERS = '/opt';

/**
 * The installed pipelines as files, each named by its digest, for the function that opens deployments by itself. A layer comes and goes
 * with the function, and needs nobody who may write anywhere.
 */
export function definitionsLayer(scope: Construct, pipelines: readonly Pipeline[]): LayerVersion {
  const folder = mkdtempSync(join(tmpdir(), 'nonevent-definitions-'));
  try {
    for (const pipeline of pipelines) {
      const file = join(folder, definitionKey(pipelineDigest(pipeline)));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, canonicalJson(pipeline));
    }
    return new LayerVersion(scope, 'Definitions', {
      code: Code.fromAsset(folder),
      description: 'The pipelines that are installed',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

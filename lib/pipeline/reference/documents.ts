import { pipelineJsonSchema } from '../json-schema.ts';
import { errorCodesReference } from './error-codes.ts';
import { pipelineFileReference } from './pipeline-file.ts';

/** Everything under docs/ that is written from lib/pipeline, by file name. */
export function pipelineDocuments(): Readonly<Record<string, string>> {
  return {
    'pipeline-file.md': pipelineFileReference(),
    'error-codes.md': errorCodesReference(),
    'nonevent.schema.json': `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`,
  };
}

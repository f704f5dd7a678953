import { NoneventError } from '../../nonevent-error.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Cli } from '../command.ts';
import { readPipelineFile, shownPath } from './read-file.ts';
import { showFindings } from './show-findings.ts';

/**
 * The pipeline of a file, for a command that cannot go on without it. Warnings are shown and stop nothing.
 *
 * Errors: `NotFound`; `InvalidInput` when the file has errors, which are all shown before.
 */
export async function requirePipeline(path: string, { folder, output }: Cli): Promise<Pipeline> {
  const read = await readPipelineFile(path, folder);
  if (output.format === 'text') showFindings(read.findings, output);
  if (read.ok) return read.pipeline;
  const first = read.findings.find((finding) => finding.severity === 'error');
  throw new NoneventError(
    'InvalidInput',
    output.format === 'text' ? 'not a valid pipeline' : `${first?.message}`,
    {
      fields: {
        file: output.format === 'text' ? shownPath(path, folder) : path,
        ...(first === undefined ? {} : { line: first.line, column: first.column }),
      },
      hint: 'correct it, then see what it expands to with `nonevent validate`',
    },
  );
}

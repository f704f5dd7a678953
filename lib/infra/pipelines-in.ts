import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoneventError } from '../nonevent-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { readPipeline } from '../pipeline/read-pipeline.ts';

/**
 * Reads every pipeline file of a folder, in the order of their names.
 *
 * Errors: `InvalidInput` where there is none, and with all findings of the first file that is wrong.
 */
export function pipelinesIn(folder: string): readonly Pipeline[] {
  const files = filesIn(folder);
  if (files.length > 0) return files.map(readFile);
  throw new NoneventError(
    'InvalidInput',
    `the folder ${folder} has no pipeline file: expected at least one .yaml`,
    {
      fields: { folder },
      hint: 'put your nonevent.yaml there, or name another folder with `-c pipelines=FOLDER`',
    },
  );
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .sort()
      .map((file) => join(folder, file));
  } catch (cause) {
    throw new NoneventError(
      'InvalidInput',
      `the folder ${folder} cannot be read: expected a folder of pipeline files`,
      {
        fields: { folder },
        hint: `make it with \`mkdir ${folder}\` and put your pipeline files there, or name another folder with \`-c pipelines=FOLDER\``,
        cause,
      },
    );
  }
}

function readFile(file: string): Pipeline {
  const reading = readPipeline(readFileSync(file, 'utf8'), file);
  if (reading.ok) return reading.pipeline;
  const problems = reading.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`);
  throw new NoneventError('InvalidInput', `a pipeline file is not valid: ${problems.join('; ')}`, {
    fields: { file },
    hint: `see each with its line: \`nonevent validate ${file}\``,
  });
}

import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { provePipeline } from '../../lib/stages/prove-pipeline.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const FILES: string[] = [];
for await (const file of glob('**/nonevent.yaml', { cwd: EXAMPLES })) FILES.push(file);

test('there are examples', () => {
  expect(FILES.length).toBeGreaterThanOrEqual(3);
});

test.each(FILES.toSorted())('every law holds for the example %s', async (file) => {
  const read = readPipeline(await readFile(`${EXAMPLES}${file}`, 'utf8'), file);
  if (!read.ok) throw new Error(`${file} is no pipeline: ${JSON.stringify(read.findings)}`);
  const proof = provePipeline(read.pipeline);
  expect(proof.laws.filter((law) => !law.holds)).toEqual([]);
  expect(proof.explored).toBe(true);
});

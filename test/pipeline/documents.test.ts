import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { pipelineDocuments } from '../../lib/pipeline/reference/documents.ts';

const documents = Object.entries(pipelineDocuments());

function written(file: string): string {
  return readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
}

describe.each(documents)('docs/%s', (file, text) => {
  it('is what `npx node docs/generate.ts` writes', () => {
    expect(written(file)).toBe(text);
  });
});

it('shows only pipelines without a finding in docs/pipeline-file.md', () => {
  const examples = [...written('pipeline-file.md').matchAll(/```yaml\n(pipeline:.*?)```/gs)].map(
    ([, text]) => text ?? '',
  );
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    expect(readPipeline(example, 'nonevent.yaml')).toMatchObject({ ok: true, findings: [] });
  }
});

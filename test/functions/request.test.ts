import { expect, it } from 'vitest';
import { requestHandler } from '../../functions/request.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';

const pipeline = pipelineSchema.parse({
  pipeline: 'shop',
  environments: {},
  stages: [
    {
      kind: 'command',
      name: 'unit',
      question: 'Does it work?',
      expect: 1,
      timeout: 10,
      run: 'npm test',
      env: { API_TOKEN: 'hunter22' },
    },
  ],
});

it('refuses a pipeline with a secret in it before anything is read or written, and does not repeat it', async () => {
  const untouched = new Proxy({}, { get: (_, name) => expect.unreachable(`it used ${String(name)}`) });
  const handler = requestHandler({ store: untouched as never, executions: untouched as never });
  const detail = {
    pipeline,
    release: { version: '1.0.0', artifact: `sha256:${'a'.repeat(64)}` },
    trigger: { id: 'one', source: 'cli', actor: 'a' },
  };
  const requested = handler({ detail });
  await expect(requested).rejects.toThrow('unit has the value of API_TOKEN in the file');
  await expect(requested).rejects.not.toThrow('hunter22');
});

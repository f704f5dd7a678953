import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

it('makes a change once when two executors are told to make it at the same time', async () => {
  const pipeline = pipelineSchema.parse({
    pipeline: 'raced',
    environments: {},
    stages: [
      {
        kind: 'custom',
        name: 'announce',
        question: 'Is it announced?',
        expect: '1s',
        timeout: '20s',
        retries: 2,
        run: 'echo "made by attempt $NONEVENT_ATTEMPT" >> "$EFFECTS"',
        undo: 'true',
        env: { EFFECTS: `${rig.folder}/effects` },
      },
    ],
  });
  const trigger = { id: 'raced', source: 'test', actor: 'tester' };
  const { deployment } = (await rig.handlers.request({
    detail: { pipeline, release: { version: '1.0.0', artifact: rig.artifact }, trigger },
  })) as { deployment: string };

  const executors = Array.from({ length: 4 }, () => rig.handlers.stage({ deployment, stage: 'announce' }));
  const answers = await Promise.allSettled(executors);

  expect(await rig.effects()).toEqual(['made by attempt 1']);
  expect(answers.filter(({ status }) => status === 'fulfilled')).toEqual([
    { status: 'fulfilled', value: { continue: false } },
  ]);
  const { view } = (await rig.session(deployment as never)).deployment;
  expect(view.stages[0]).toMatchObject({ state: 'passed', attempts: 1 });
});

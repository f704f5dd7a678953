import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArtifactStore } from '../../lib/artifacts/artifact-store.ts';
import { commandStage } from '../../lib/pipeline/kinds/command.ts';
import { customStage } from '../../lib/pipeline/kinds/custom.ts';
import { secretValues } from '../../lib/secrets/secret-values.ts';
import { commandKind } from '../../lib/stages/kinds/command.ts';
import { customKind } from '../../lib/stages/kinds/custom.ts';
import { stageContext } from '../stages/stage-context.ts';
import { temporaryFolder } from '../stages/temporary-folder.ts';

const common = { name: 'sign-in', question: 'Can one sign in?', expect: '1s', timeout: '30s' };

beforeEach(() => {
  process.env.PARTNER_LOGIN = 'swordfish-äöü';
});

afterEach(() => {
  delete process.env.PARTNER_LOGIN;
});

async function prepare(stage: Parameters<typeof stageContext>[0][number]) {
  const [source, folder, workFolder] = await Promise.all([1, 2, 3].map(temporaryFolder));
  if (source === undefined || folder === undefined || workFolder === undefined) throw new Error('no folder');
  await writeFile(join(source, 'file.txt'), 'content');
  const artifacts = createArtifactStore(folder);
  return stageContext([stage], {
    artifact: await artifacts.pack(source, 'nothing'),
    artifacts,
    workFolder,
  });
}

async function observe(run: string, secrets?: string[]) {
  const stage = commandStage.parse({ kind: 'command', ...common, run, secrets });
  const context = await prepare(stage);
  const { evidence } = await commandKind.observe(stage, context, null);
  const log = await readFile(join(context.workFolder, 'sign-in.run-1.log'), 'utf8');
  return { evidence: evidence as { tail: string; exitCode: number }, log };
}

it('reach the command whose stage names them, and no other', async () => {
  expect((await observe('test "$PARTNER_LOGIN" = swordfish-äöü', ['PARTNER_LOGIN'])).evidence.exitCode).toBe(
    0,
  );
  expect((await observe('test -z "$PARTNER_LOGIN"')).evidence.exitCode).toBe(0);
});

it('are masked in the log and the evidence, also where colours cut them', async () => {
  const run = `echo "as $PARTNER_LOGIN"; printf 'sword\\033[1mfish-äöü\\033[0m\\n'; exit 1`;
  const { evidence, log } = await observe(run, ['PARTNER_LOGIN']);
  expect(log).toMatch(/^as \*\*\*\n/);
  expect(evidence.tail).toBe('as ***\n***');
});

it('fail the attempt where they are not set, and say which', async () => {
  await expect(observe('true', ['PARTNER_LOGIN', 'NOT_SET', 'NOR_THIS'])).rejects.toMatchObject({
    code: 'InvalidInput',
    message: 'sign-in needs NOT_SET, NOR_THIS, which the local system does not have',
    hint: 'stop `nonevent dev` and start it where NOT_SET and NOR_THIS are set',
  });
});

it('fail the attempt where they are too short to be masked', () => {
  expect(() => secretValues({ secrets: ['PIN'] }, 'sign-in', { PIN: '123' })).toThrow(
    'the secret PIN of sign-in is too short to be masked: expected at least 4 characters',
  );
});

it('are not taken from the prototype of the environment', () => {
  expect(() => secretValues({ secrets: ['constructor'] }, 'sign-in', {})).toThrow('needs constructor');
});

it('are in no capture and no error of a change', async () => {
  const stage = customStage.parse({
    kind: 'custom',
    ...common,
    run: 'echo "$PARTNER_LOGIN is refused"; exit 1',
    undo: 'true',
    capture: 'echo "was $PARTNER_LOGIN"',
    secrets: ['PARTNER_LOGIN'],
  });
  const context = await prepare(stage);
  await expect(customKind.capture(stage, context)).rejects.toThrow(
    'the capture of sign-in printed a secret, and captures are kept in the history',
  );
  const captured = { artifact: context.deployment.view.artifact, output: '' };
  const applied = customKind.apply(stage, context, captured);
  await expect(applied).rejects.toThrow('*** is refused');
  await expect(applied).rejects.not.toThrow('swordfish');
});

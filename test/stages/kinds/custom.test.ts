import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../lib/artifacts/artifact-store.ts';
import { type CustomStage, customStage } from '../../../lib/pipeline/kinds/custom.ts';
import type { StageContext } from '../../../lib/stages/kind.ts';
import { customKind } from '../../../lib/stages/kinds/custom.ts';
import { A_DIGEST, stageContext } from '../stage-context.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A change of one real file, which is the world. */
async function prepare(
  written: Partial<CustomStage>,
): Promise<{ stage: CustomStage; context: StageContext; world: string }> {
  const [source, folder, workFolder, home] = [
    await temporaryFolder(),
    await temporaryFolder(),
    await temporaryFolder(),
    await temporaryFolder(),
  ];
  const world = join(home, 'world');
  await writeFile(world, 'old value\n');
  await writeFile(join(source, 'value'), 'new value\n');
  const stage = customStage.parse({
    kind: 'custom',
    name: 'set-value',
    question: 'Was it set?',
    expect: '1s',
    timeout: '30s',
    capture: 'cat "$WORLD"',
    run: 'cp value "$WORLD"; cat "$WORLD"',
    undo: 'printf "%s\\n" "$NONEVENT_CAPTURE" > "$WORLD"',
    env: { WORLD: world, ...written.env },
    ...(({ env: _, ...rest }) => rest)(written),
  });
  const artifacts = createArtifactStore(folder);
  const artifact = await artifacts.pack(source, 'nothing');
  return { stage, context: stageContext([stage], { artifact, artifacts, workFolder }), world };
}

describe('a change of your own', () => {
  it('is made, and taken back with what was captured before', async () => {
    const { stage, context, world } = await prepare({});
    const capture = await customKind.capture(stage, context);
    expect(capture).toMatchObject({ output: 'old value' });
    expect(await customKind.apply(stage, context, capture)).toMatchObject({
      expected: 'exit code 0',
      observed: 'exit code 0; last line: new value',
    });
    expect(await readFile(world, 'utf8')).toBe('new value\n');
    await customKind.undo(stage, context, capture);
    await customKind.undo(stage, context, capture);
    expect(await readFile(world, 'utf8')).toBe('old value\n');
    expect((await readdir(context.workFolder)).sort()).toEqual([
      'set-value.apply-1.log',
      'set-value.capture-1.log',
      'set-value.undo-1.log',
    ]);
  });

  it('captures nothing where no command does it', async () => {
    const { stage, context } = await prepare({ capture: undefined, undo: 'test "$NONEVENT_CAPTURE" = ""' });
    const capture = await customKind.capture(stage, context);
    expect(capture).toMatchObject({ output: '' });
    await customKind.undo(stage, context, capture);
  });

  it('is undone in what it ran in, whatever was built since', async () => {
    const { stage, context } = await prepare({ undo: 'cat value' });
    const capture = await customKind.capture(stage, context);
    const { view } = context.deployment;
    const deployment = { ...context.deployment, view: { ...view, artifact: A_DIGEST } };
    expect(await customKind.undo(stage, { ...context, deployment }, capture)).toMatchObject({
      tail: 'new value',
    });
  });

  it.each(['apply', 'undo'] as const)('fails with what it printed when %s does', async (purpose) => {
    const failing = 'echo cannot reach the database; exit 7';
    const { stage, context } = await prepare({ run: failing, undo: failing });
    const capture = await customKind.capture(stage, context);
    await expect(customKind[purpose](stage, context, capture)).rejects.toMatchObject({
      code: 'CommandFailed',
      message: `${purpose} of set-value: exit code 7; last line: cannot reach the database; expected exit code 0; output: cannot reach the database`,
      fields: {
        stage: 'set-value',
        log: 'cannot reach the database',
        logFile: join(context.workFolder, `set-value.${purpose}-1.log`),
        ...(purpose === 'apply' ? { expected: 'exit code 0' } : {}),
      },
    });
  });

  it('has not begun when its capture fails', async () => {
    const { stage, context, world } = await prepare({ capture: 'echo no access >&2; exit 1' });
    await expect(customKind.capture(stage, context)).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringContaining('capture of set-value: exit code 1; last line: no access'),
    });
    expect(await readFile(world, 'utf8')).toBe('old value\n');
  });

  it('accepts a capture of 64 KB and refuses one byte more', async () => {
    const { stage, context } = await prepare({ capture: 'head -c 65536 /dev/zero | tr "\\0" x' });
    expect((await customKind.capture(stage, context)) as object).toMatchObject({
      output: 'x'.repeat(65_536),
    });
    const more = { ...stage, capture: 'head -c 65537 /dev/zero | tr "\\0" x' };
    await expect(customKind.capture(more, context)).rejects.toThrow('printed more than 64 KB');
  });

  it('gives undo a capture of 64 KB', async () => {
    const { stage, context } = await prepare({
      capture: 'head -c 65536 /dev/zero | tr "\\0" x',
      undo: 'printf %s "$NONEVENT_CAPTURE" | wc -c',
    });
    expect(await customKind.undo(stage, context, await customKind.capture(stage, context))).toMatchObject({
      tail: expect.stringMatching(/^\s*65536$/),
    });
  });

  it.each([
    ['what is not text', "printf '\\377\\376'"],
    ['what is not text', "printf 'a\\000b'"],
    ['a secret', 'echo "password is $DB_PASSWORD"'],
  ])('refuses to capture %s', async (what, capture) => {
    const { stage, context } = await prepare({ capture, env: { DB_PASSWORD: 'hunter22' } });
    const captured = customKind.capture(stage, context);
    await expect(captured).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringContaining(`printed ${what}`),
    });
    await expect(captured).rejects.not.toThrow('hunter22');
  });

  it('puts no secret into its error', async () => {
    const { stage, context } = await prepare({
      run: 'echo "$DB_PASSWORD" was refused; exit 1',
      env: { DB_PASSWORD: 'hunter22' },
    });
    await expect(
      customKind.apply(stage, context, await customKind.capture(stage, context)),
    ).rejects.toMatchObject({
      message: expect.stringContaining('*** was refused'),
    });
  });

  it('does not undo while the change that ran out of time still ends', async () => {
    const { stage, context, world } = await prepare({
      run: 'trap "sleep 0.3; echo late > $WORLD; exit" TERM; echo begun; while :; do sleep 0.05; done',
    });
    const capture = await customKind.capture(stage, context);
    const controller = new AbortController();
    const applied = customKind.apply(stage, { ...context, signal: controller.signal }, capture);
    applied.catch(() => {});
    const log = join(context.workFolder, 'set-value.apply-1.log');
    while (!(await readFile(log, 'utf8').catch(() => '')).includes('begun')) await new Promise(setImmediate);
    controller.abort('out of time');
    await customKind.undo(stage, context, capture);
    await applied.catch(() => {});
    expect(await readFile(world, 'utf8')).toBe('old value\n');
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../lib/artifacts/artifact-store.ts';
import { type CommandStage, commandStage } from '../../../lib/pipeline/kinds/command.ts';
import type { Json, Observation, StageContext } from '../../../lib/stages/kind.ts';
import { commandKind } from '../../../lib/stages/kinds/command.ts';
import { processesThatSay } from '../running-processes.ts';
import { DEPLOYMENT, stageContext } from '../stage-context.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function stageThat(run: string, more: Partial<CommandStage> = {}): CommandStage {
  return commandStage.parse({
    kind: 'command',
    name: 'unit-tests',
    question: 'Do the tests pass?',
    expect: '1s',
    timeout: '30s',
    run,
    ...more,
  });
}

type Prepared = { readonly context: StageContext; readonly source: string; readonly artifacts: string };

async function prepare(stage: CommandStage, given: Partial<StageContext> = {}): Promise<Prepared> {
  const [source, folder, workFolder] = [
    await temporaryFolder(),
    await temporaryFolder(),
    await temporaryFolder(),
  ];
  await writeFile(join(source, 'file.txt'), 'content');
  const artifacts = createArtifactStore(folder);
  const artifact = await artifacts.pack(source, 'nothing');
  return {
    context: stageContext([stage], { artifact, artifacts, workFolder, commit: 'abcdef1', ...given }),
    source,
    artifacts: folder,
  };
}

type Evidence = {
  exitCode: number;
  signal: string | null;
  tail: string;
  log: string;
  logDigest: string;
  bytes: number;
};

async function observed(
  run: string,
  more: Partial<CommandStage> = {},
): Promise<Prepared & Observation & { seen: Evidence }> {
  const stage = stageThat(run, more);
  const prepared = await prepare(stage);
  const observation = await commandKind.observe(stage, prepared.context, null);
  return { ...prepared, ...observation, seen: observation.evidence as unknown as Evidence };
}

async function logOf({ context, seen }: { context: StageContext; seen: Evidence }): Promise<string> {
  return readFile(join(context.workFolder, seen.log), 'utf8');
}

/** Resolves once a file of this name is in the folder. */
async function appears(folder: string, name: string): Promise<void> {
  const watcher = watch(folder, { recursive: true });
  try {
    await new Promise<void>((resolve) => {
      const look = async () => {
        const names = await readdir(folder, { recursive: true }).catch(() => []);
        if (names.some((found) => found.endsWith(name))) resolve();
      };
      watcher.on('change', look);
      void look();
    });
  } finally {
    watcher.close();
  }
}

describe('a command', () => {
  it('runs in a clean copy of the artifact, which is gone afterwards', async () => {
    const { seen, context, source } = await observed('cat file.txt; echo changed > file.txt; pwd');
    expect(seen.exitCode).toBe(0);
    expect(seen.tail).toBe(`content${join(context.workFolder, 'unit-tests.run-1.copy')}`);
    expect(await readFile(join(source, 'file.txt'), 'utf8')).toBe('content');
    expect(await readdir(context.workFolder)).toEqual(['unit-tests.run-1.log']);
  });

  it('writes both streams to its log in the order they were written, with digest and size', async () => {
    const outcome = await observed('echo one; echo two >&2; echo three');
    const log = await logOf(outcome);
    expect(log).toBe('one\ntwo\nthree\n');
    expect(outcome.seen.logDigest).toBe(`sha256:${createHash('sha256').update(log).digest('hex')}`);
    expect(outcome.seen.bytes).toBe(14);
  });

  it('gets its own variables and ours, and nothing else of our environment', async () => {
    process.env.NONEVENT_TEST_OUTSIDE = 'must not be seen';
    const { seen } = await observed('env | sort', { env: { COLOUR: 'blue', NONEVENT_STAGE: 'forged' } });
    delete process.env.NONEVENT_TEST_OUTSIDE;
    const variables = seen.tail
      .split('\n')
      .filter((line) => !/^(PATH|HOME|TMPDIR|LANG|PWD|OLDPWD|SHLVL|_|NONEVENT_(RUN|WORK))=/.test(line));
    expect(variables).toEqual([
      'CI=true',
      'COLOUR=blue',
      'NONEVENT_ATTEMPT=1',
      'NONEVENT_COMMIT=abcdef1',
      `NONEVENT_DEPLOYMENT=${DEPLOYMENT}`,
      'NONEVENT_PIPELINE=storefront',
      'NONEVENT_STAGE=unit-tests',
      'NONEVENT_VERSION=2.0.0',
    ]);
  });

  it('gets hostile values as data', async () => {
    const hostile = '$(touch owned); `touch owned` && "quote\' $HOME';
    const { seen } = await observed('printf %s "$VALUE"; ls', { env: { VALUE: hostile } });
    expect(seen.tail).toBe(`${hostile}file.txt`);
  });

  it('has no secret in its log, its tail and its verdict', async () => {
    const secret = 'hunter2-äöü';
    const run =
      'echo "token $API_TOKEN"; printf hunter2; sleep 0.05; printf -- "-äöü\\n"; echo "$API_TOKEN" >&2; exit 1';
    const outcome = await observed(run, { env: { API_TOKEN: secret, VISIBLE: 'seen' } });
    expect(await logOf(outcome)).toBe('token ***\n***\n***\n');
    expect(JSON.stringify(outcome.evidence)).not.toContain('hunter2');
    expect(commandKind.judge(stageThat('exit 1'), outcome.evidence).observed).toBe(
      'exit code 1; last line: ***',
    );
  });

  it('has no secret in its log where one stream cuts a secret of the other', async () => {
    const run = 'printf hunter; echo warning >&2; echo 2-long';
    const outcome = await observed(run, { env: { API_TOKEN: 'hunter2-long' } });
    expect((await logOf(outcome)).split('\n').toSorted()).toEqual(['', '***', 'warning']);
    expect(outcome.seen.tail).not.toContain('hunter');
  });

  it('shows of its output the last 40 lines without control characters', async () => {
    const { seen } = await observed("seq 1 100; printf '\\033[31mred\\033[0m \\342\\200\\256bidi\\a\\n'");
    expect(seen.tail.split('\n')).toHaveLength(40);
    expect(seen.tail).toMatch(/^62\n63\n[\s\S]*100\nred bidi$/);
  });

  it('shows at most 4 KB, cut between characters', async () => {
    const { seen } = await observed("printf 'x'; for i in $(seq 1 3000); do printf é; done");
    expect(Buffer.byteLength(seen.tail)).toBe(4096);
    expect(seen.tail).toMatch(/^é+$/);
  });

  it('that floods its output is counted, kept to 10 MB and says so', async () => {
    const outcome = await observed('head -c 12000000 /dev/zero | tr "\\0" x; echo; echo last');
    expect(outcome.seen).toMatchObject({ exitCode: 0, bytes: 12_000_006 });
    expect(outcome.seen.tail.endsWith('x\nlast')).toBe(true);
    const log = await logOf(outcome);
    expect(log.length).toBeLessThan(10 * 1024 * 1024 + 200);
    expect(log.slice(-90)).toContain('[nonevent: 1514246 bytes more were not kept, the limit is 10485760]');
  });

  it('that cannot be started is an error, not a verdict', async () => {
    const stage = stageThat('true', { env: { BAD: 'nul\0' } });
    const { context } = await prepare(stage);
    await expect(commandKind.observe(stage, context, null)).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringContaining('could not be started'),
    });
    expect(await readdir(context.workFolder)).toEqual(['unit-tests.run-1.log']);
  });

  it.each([
    ['cannot be opened', (log: string) => mkdir(log), 'cannot be written: EISDIR'],
    ['meets a full disk', (log: string) => symlink('/dev/full', log), 'cannot be written: ENOSPC'],
  ])('whose log %s is an error, and leaves nothing behind', async (_, spoil, message) => {
    const mark = randomUUID();
    const stage = stageThat(`echo begun; sleep 60; : ${mark}`);
    const { context } = await prepare(stage);
    await spoil(join(context.workFolder, 'unit-tests.run-1.log'));
    await expect(commandKind.observe(stage, context, null)).rejects.toMatchObject({
      code: 'CommandFailed',
      message: expect.stringContaining(message),
    });
    expect(await processesThatSay(mark)).toEqual([]);
    expect(await readdir(context.workFolder)).toEqual(['unit-tests.run-1.log']);
  });

  it('whose artifact is missing leaves nothing behind', async () => {
    const stage = stageThat('true');
    const { context, artifacts } = await prepare(stage);
    for (const kept of await readdir(artifacts)) await writeFile(join(artifacts, kept), 'damaged');
    await expect(commandKind.observe(stage, context, null)).rejects.toMatchObject({ code: 'ArtifactFailed' });
    expect(await readdir(context.workFolder)).toEqual([]);
  });
});

describe('the working copy', () => {
  it('is removed when the command made folders in it read-only', async () => {
    const { context, seen } = await observed(
      'mkdir -p cache/deep; touch cache/deep/file; chmod -R a-w cache',
    );
    expect(seen.exitCode).toBe(0);
    expect(await readdir(context.workFolder)).toEqual(['unit-tests.run-1.log']);
  });
});

describe('an artifact of a command', () => {
  it('is the folder that it made', async () => {
    const { artifact, context, evidence } = await observed('mkdir -p out/lib; echo built > out/lib/app.js', {
      artifact: 'out',
    });
    if (artifact === undefined) throw new Error('no artifact');
    const copy = join(await temporaryFolder(), 'copy');
    await context.artifacts.unpack(artifact, copy);
    expect(await readdir(copy, { recursive: true })).toEqual(['lib', 'lib/app.js']);
    expect(evidence).toMatchObject({ artifact });
  });

  it('is the whole copy for `.`, installed packages included', async () => {
    const { artifact, context } = await observed('mkdir -p node_modules/x; echo 1 > node_modules/x/y', {
      artifact: '.',
    });
    if (artifact === undefined) throw new Error('no artifact');
    const copy = join(await temporaryFolder(), 'copy');
    await context.artifacts.unpack(artifact, copy);
    expect((await readdir(copy, { recursive: true })).sort()).toEqual([
      'file.txt',
      'node_modules',
      'node_modules/x',
      'node_modules/x/y',
    ]);
  });

  it.each([
    ['it made no folder out', 'true'],
    ['out is no folder', 'touch out'],
    ['out is a link out of the copy', 'ln -s /etc out'],
    [
      'out cannot be an artifact: the link "l" points to "/etc": expected a path inside the folder',
      'mkdir out; ln -s /etc out/l',
    ],
    [
      'out cannot be an artifact: "p" is a named pipe: expected files, folders and links',
      'mkdir out; mkfifo out/p',
    ],
  ])('is rejected where %s', async (problem, run) => {
    const stage = stageThat(run, { artifact: 'out' });
    const { context } = await prepare(stage);
    const { evidence, artifact } = await commandKind.observe(stage, context, null);
    expect(artifact).toBeUndefined();
    expect(commandKind.judge(stage, evidence)).toEqual({
      verdict: 'fail',
      expected: 'exit code 0 and the folder out',
      observed: `exit code 0, but ${problem}`,
    });
  });

  it('is not made by a command that failed', async () => {
    const { artifact } = await observed('mkdir out; exit 1', { artifact: 'out' });
    expect(artifact).toBeUndefined();
  });

  it('is packed when nothing of the command runs any more', async () => {
    const outcome = await observed('mkdir out; (while :; do date +%s%N > out/noise; done) & sleep 0.05', {
      artifact: 'out',
    });
    expect(outcome.artifact).toMatch(/^sha256:/);
  });
});

describe('a command that is ended', () => {
  async function ended(
    run: (mark: string) => string,
  ): Promise<{ mark: string; left: readonly string[]; work: string }> {
    const mark = randomUUID();
    const stage = stageThat(run(mark));
    const controller = new AbortController();
    const { context } = await prepare(stage, { signal: controller.signal });
    const observation = commandKind.observe(stage, context, null);
    observation.catch(() => {});
    await appears(context.workFolder, 'ready');
    controller.abort('out of time');
    await expect(observation).rejects.toBe('out of time');
    return { mark, left: await processesThatSay(mark), work: context.workFolder };
  }

  it('is ended with its children', async () => {
    const { left, work } = await ended(
      (mark) => `sh -c 'sleep 60; : ${mark}' & touch ready; sleep 60; : ${mark}`,
    );
    expect(left).toEqual([]);
    expect(await readdir(work)).toEqual(['unit-tests.run-1.log']);
  });

  it('is ended with grandchildren that ignore the request', async () => {
    const stubborn = (mark: string) =>
      `sh -c 'trap "" TERM; sh -c "trap \\"\\" TERM; touch ready; while :; do sleep 0.1; done; : ${mark}"; : ${mark}'; : ${mark}`;
    expect((await ended(stubborn)).left).toEqual([]);
  });

  it('is ended with processes that left its group and closed its output', async () => {
    const { left } = await ended(
      (mark) =>
        `setsid sh -c 'touch ready; while :; do sleep 0.1; done; : ${mark}' >/dev/null 2>&1 & wait; : ${mark}`,
    );
    expect(left).toEqual([]);
  });

  it('is ended while it floods its output', async () => {
    expect((await ended((mark) => `touch ready; yes ${mark}`)).left).toEqual([]);
  });

  it('does not begin when its time was up before', async () => {
    const stage = stageThat('touch /tmp/must-not-exist');
    const { context } = await prepare(stage, { signal: AbortSignal.abort('stopped') });
    await expect(commandKind.observe(stage, context, null)).rejects.toBe('stopped');
  });
});

describe('what a command leaves running', () => {
  it.each([
    ['in its group', (mark: string) => `sh -c 'sleep 60; : ${mark}' & exit 0`],
    [
      'in its group with variables of its own',
      (mark: string) => `env -i sleep 60 & env -i sh -c 'sleep 60; : ${mark}' & exit 0`,
    ],
    ['out of its group', (mark: string) => `setsid sh -c 'sleep 60; : ${mark}' & exit 0`],
  ])('is ended with it, %s', async (_, run) => {
    const mark = randomUUID();
    const { seen } = await observed(run(mark));
    expect(seen.exitCode).toBe(0);
    expect(await processesThatSay(mark)).toEqual([]);
  });

  it('by an attempt whose executor vanished is ended by the next one, and its copy removed', async () => {
    const mark = randomUUID();
    const stage = stageThat(`touch ready; sleep 60; : ${mark}`);
    const { context } = await prepare(stage);
    const first = new AbortController();
    const lost = commandKind
      .observe(stage, { ...context, signal: first.signal }, null)
      .catch((thrown: unknown) => thrown);
    await appears(context.workFolder, 'ready');
    await mkdir(join(context.workFolder, 'unit-tests.run-0.copy'));
    await commandKind.observe(stageThat('true'), { ...context, attempt: 2 }, null);
    expect(await processesThatSay(mark)).toEqual([]);
    await lost;
    expect(await readdir(context.workFolder)).toEqual(['unit-tests.run-1.log', 'unit-tests.run-2.log']);
  });
});

describe('the verdict on a command', () => {
  const judge = (evidence: Json) => commandKind.judge(stageThat('npm test'), evidence);

  it('is a pass for exit code 0', () => {
    expect(judge({ exitCode: 0, signal: null, tail: 'all\n12 passed' })).toEqual({
      verdict: 'pass',
      expected: 'exit code 0',
      observed: 'exit code 0; last line: 12 passed',
    });
  });

  it('is a failure for another one, with the last line', () => {
    expect(judge({ exitCode: 3, signal: null, tail: '2 failed' })).toMatchObject({
      verdict: 'fail',
      observed: 'exit code 3; last line: 2 failed',
    });
    expect(judge({ exitCode: null, signal: 'SIGSEGV', tail: '' })).toMatchObject({
      verdict: 'fail',
      observed: 'ended by SIGSEGV; no output',
    });
  });

  it('never is a pass without an exit code of 0 in the evidence', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (evidence) => {
        fc.pre((evidence as { exitCode?: unknown } | null)?.exitCode !== 0);
        expect(judge(evidence as Json).verdict).not.toBe('pass');
      }),
    );
  });
});

it('keeps a log that only its owner can read', async () => {
  const { context, seen } = await observed('echo hello');
  expect((await stat(join(context.workFolder, seen.log))).mode & 0o777).toBe(0o600);
});

it('packs links inside the artifact as links', async () => {
  const stage = stageThat('readlink link; cat link');
  const prepared = await prepare(stage);
  await symlink('file.txt', join(prepared.source, 'link'));
  const artifact = await prepared.context.artifacts.pack(prepared.source, 'nothing');
  const { view } = prepared.context.deployment;
  const deployment = { ...prepared.context.deployment, view: { ...view, artifact } };
  const { evidence } = await commandKind.observe(stage, { ...prepared.context, deployment }, null);
  expect(evidence).toMatchObject({ tail: 'file.txt\ncontent' });
});

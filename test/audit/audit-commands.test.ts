import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalSystem } from '../../lib/local/system.ts';
import { type Run, runCli } from '../cli/run-cli.ts';
import { FIRST_STREAM } from './sample-history.ts';
import { type SampleSystem, startSampleSystem } from './sample-system.ts';
import { tableOf } from './table.ts';

let sample: SampleSystem;
let folder: string;
let system: LocalSystem;

beforeAll(async () => {
  sample = await startSampleSystem();
  ({ folder, system } = sample);
});
afterAll(() => sample.close());

const audit = (...words: readonly string[]): Promise<Run> => sample.run('audit', ...words);

// The tests tell one story: each goes on from where the one before ended.
test('the history is sound, and nothing is sealed', async () => {
  expect(await audit('verify')).toEqual({
    code: 0,
    stdout:
      '✔ sound  3 streams, 33 commits, 36 events, 0 seals\n  sealed  nothing yet: seal it with `nonevent audit seal`\n',
    stderr: '',
  });
  expect(await audit('head')).toEqual({
    code: 2,
    stdout: '',
    stderr: '✖ error nothing has been sealed yet\n  next  seal it with `nonevent audit seal`\n',
  });
});

test('every verdict comes out of its evidence', async () => {
  expect(await audit('verdicts')).toEqual({
    code: 0,
    stdout: '✔ sound  9 verdicts of 2 deployments come out of their evidence as recorded\n',
    stderr: '',
  });
});

test('a seal is made and is the head, and what is verified with it is remembered', async () => {
  const made = await audit('seal');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toMatch(/^✔ sealed {2}seal#1 of .*\n {2}streams {2}3, of which 3 have grown/);
  expect((await audit('head')).stdout).toBe(made.stdout);
  const verified = await audit('verify');
  expect(verified).toMatchObject({ code: 0, stderr: 'no seal of this table was known before\n' });
  expect(await audit('verify')).toMatchObject({ code: 0, stderr: '' });
  expect(verified.stdout).toMatch(/, 1 seal\n {2}sealed {2}all of it, by seal#1 of /);
  expect(await readdir(join(folder, 'state'))).toHaveLength(1);
});

test('a bundle is verified from its file alone, and a change in it is found at its line', async () => {
  const exported = await audit('export', '--all', '-O', 'all.jsonl');
  expect(exported).toMatchObject({ code: 0, stdout: `${join(folder, 'all.jsonl')}\n` });
  const elsewhere = await mkdtemp(join(tmpdir(), 'nonevent-auditor-'));
  const file = join(folder, 'all.jsonl');
  const verified = await runCli(['audit', 'verify', file], { cwd: elsewhere });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
  expect(verified.stdout).toMatch(
    /^✔ sound {2}3 streams, 33 commits\n {2}holds {3}everything that was sealed\n/,
  );
  await writeFile(file, (await readFile(file, 'utf8')).replace('12 tests passed', '13 tests passed'));
  const broken = await runCli(['audit', 'verify', file], { cwd: elsewhere });
  expect(broken.code).toBe(8);
  expect(broken.stdout).toMatch(
    /^✖ broken {2}line 6 {2}deployment#1{16}aaaa seq 3 {2}its content hashes to /,
  );
  await rm(elsewhere, { recursive: true });
});

test('a scope that is none or two is refused', async () => {
  for (const words of [[], ['latest', '--all']]) {
    const refused = await audit('export', ...words, '-O', 'none.jsonl');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /things to export were named: expected one\n {2}next {2}name a deployment/,
    );
  }
});

test('a table that is set back behind the seal that was verified exits 8', async () => {
  const items = tableOf(system.clients.dynamodb, system.connection.table);
  expect((await audit('verify')).code).toBe(0);
  const seal = await items.item('seal#2', 1);
  await items.remove('seal#2', 1);
  const found = await audit('verify');
  expect(found.code).toBe(8);
  expect(found.stdout).toMatch(/^✖ broken {2}seal#2 seq 1 {2}it was verified here before, with hash /);
  await items.put(seal);
  expect((await audit('verify')).code).toBe(0);
});

test('a tail that is cut off exits 8 and names the first commit that is gone, as JSON too', async () => {
  await tableOf(system.clients.dynamodb, system.connection.table).remove(FIRST_STREAM, 14);
  const found = await audit('verify', '--json');
  expect(found.code).toBe(8);
  expect(JSON.parse(found.stdout)).toMatchObject({
    sound: false,
    findings: [{ stream: FIRST_STREAM, seq: 14 }],
    newestSeal: { seal: 2 },
  });
  const sealed = await audit('seal');
  expect(sealed.code).toBe(8);
  expect(sealed.stderr).toMatch(/^✖ broken {2}deployment#1{16}aaaa seq 14 /);
});

test('a damaged memory of the last seal is not taken for none, and can be forgotten', async () => {
  const [file = ''] = await readdir(join(folder, 'state'));
  await writeFile(join(folder, 'state', file), '{');
  const refused = await audit('verify', 'environment#production');
  expect(refused.code).toBe(9);
  expect(refused.stderr).toMatch(/^✖ error cannot understand the seal that was verified last, in .*seal-/);
  expect((await audit('verify', 'environment#production', '--forget')).code).toBe(0);
});

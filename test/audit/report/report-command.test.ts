import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalSystem } from '../../../lib/local/system.ts';
import type { Run } from '../../cli/run-cli.ts';
import { FIRST_STREAM } from '../sample-history.ts';
import { type SampleSystem, startSampleSystem } from '../sample-system.ts';
import { tableOf } from '../table.ts';

let sample: SampleSystem;
let folder: string;
let system: LocalSystem;

beforeAll(async () => {
  sample = await startSampleSystem();
  ({ folder, system } = sample);
});
afterAll(() => sample.close());

const run = (...words: readonly string[]): Promise<Run> => sample.run(...words);

// The tests tell one story: the last one damages the history.
test('a report is written as a page, and as CSV', async () => {
  const file = join(folder, 'report.html');
  expect(await run('audit', 'report', '-O', 'report.html')).toEqual({
    code: 0,
    stdout: `${file}\n`,
    stderr: '',
  });
  const html = await readFile(file, 'utf8');
  expect(html).toContain('1 actor asked for 2 deployments.');
  expect(html).toContain('2 of 2 deployments that changed something had passed every enforcing check');
  expect(html).toContain('storefront 2.0.0: rolled back');
  expect((await run('audit', 'report', '--environment', 'production', '-O', 'report.csv')).code).toBe(0);
  const csv = await readFile(join(folder, 'report.csv'), 'utf8');
  expect(csv.split('\r\n').filter((line) => line.startsWith('deployment,'))).toHaveLength(2);
});

test('a file is needed, and a time that begins after it ends is refused', async () => {
  const unnamed = await run('audit', 'report');
  expect(unnamed.code).toBe(2);
  expect(unnamed.stderr).toContain("required option '-O, --to");
  const swapped = await run(
    'audit',
    'report',
    '--since',
    '2026-02-01',
    '--until',
    '2026-01-01',
    '-O',
    'x.html',
  );
  expect(swapped.code).toBe(2);
  expect(swapped.stderr).toContain('swap --since and --until');
});

test('every deployment is replayed, which wants no deployment beside it', async () => {
  const replayed = await run('replay', '--all');
  expect(replayed).toMatchObject({ code: 0, stderr: '' });
  expect(replayed.stdout).toMatch(
    /^✔ sound {2}2 deployments, 29 commits, 31 events; closing summaries as the events come to: 2\n {2}folded {2}in /,
  );
  for (const words of [[], ['latest', '--all']]) expect((await run('replay', ...words)).code).toBe(2);
});

test('a history that diverges exits 8, and the report says so', async () => {
  await tableOf(system.clients.dynamodb, system.connection.table).remove(FIRST_STREAM, 4);
  const replayed = await run('replay', '--all', '--json');
  expect(replayed.code).toBe(8);
  expect(JSON.parse(replayed.stdout)).toMatchObject({
    sound: false,
    divergence: { stream: FIRST_STREAM, seq: 4 },
  });
  expect((await run('audit', 'report', '-O', 'diverged.html')).code).toBe(8);
  expect(await readFile(join(folder, 'diverged.html'), 'utf8')).toContain(
    'No: 1 place in it cannot be what was written.',
  );
});

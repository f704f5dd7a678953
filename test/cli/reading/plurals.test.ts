import { expect, test } from 'vitest';
import { reportLines } from '../../../lib/cli/commands/audit-verify.ts';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { counted } from '../../../lib/lifecycle/wording/counted.ts';

test.each([
  [0, '0 streams'],
  [1, '1 stream'],
  [2, '2 streams'],
])('%d of a thing is %s', (count, text) => {
  expect(counted(count, 'stream')).toBe(text);
});

test('an audit of one stream says so', () => {
  const report = { streams: 1, commits: 1, events: 2, seals: 0, findings: [] };
  const lines = reportLines(
    { ...report, newestSeal: undefined, unsealed: 1, resumed: undefined, unfinished: undefined },
    PLAIN,
  );
  expect(lines[0]).toBe('✔ sound  1 stream, 1 commit, 2 events, 0 seals');
});

import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { createOutput } from '../../../lib/cli/output/output.ts';
import { stepThrough } from '../../../lib/cli/stepping/step-through.ts';
import type { Commit } from '../../../lib/history/event-store.ts';
import { FIRST_STREAM, SUCCEEDS } from '../../audit/sample-history.ts';

/** Steps through the sample history in the terminal that this process was started in. With `broken` its third commit cannot be. */
const events = process.argv[2] === 'broken' ? SUCCEEDS.with(2, SUCCEEDS[4] ?? []) : SUCCEEDS;
const commits = events.map(
  (written, index): Commit => ({
    stream: FIRST_STREAM,
    seq: index + 1,
    at: '2026-11-23T04:00:00.000Z',
    commit: String(index),
    prev: '',
    hash: '',
    body: JSON.stringify(written),
    events: written,
  }),
);
const output = createOutput({ format: 'text', colour: 'never' });
const input = new ReadStream(openSync('/dev/tty', 'r'));
process.exitCode = await stepThrough(commits, 0, { input, output }).catch((thrown: Error) => {
  process.stderr.write(`threw ${thrown.message}\n`);
  return 1;
});
input.destroy();

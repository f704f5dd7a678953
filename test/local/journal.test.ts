import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openJournal } from '../../lib/local/journal.ts';
import { temporaryFolder } from './temporary-folder.ts';

const entry = z.strictObject({ id: z.int(), text: z.string() });

test('keeps entries in the order they were appended', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  const first = await openJournal(path, entry);
  await Promise.all([
    first.journal.append({ id: 1, text: 'one' }),
    first.journal.append({ id: 2, text: 'two\nlines' }),
    first.journal.append({ id: 3, text: 'drei — 三' }),
  ]);
  await first.journal.append({ id: 4, text: 'four' });
  await first.journal.close();

  const { entries, journal } = await openJournal(path, entry);
  await journal.close();
  expect(entries).toEqual([
    { id: 1, text: 'one' },
    { id: 2, text: 'two\nlines' },
    { id: 3, text: 'drei — 三' },
    { id: 4, text: 'four' },
  ]);
});

test('has an entry in the file when its append is acknowledged', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  const { journal } = await openJournal(path, entry);
  await journal.append({ id: 1, text: 'one' });
  expect(await readFile(path, 'utf8')).toBe('{"id":1,"text":"one"}\n');
  await journal.close();
});

test('cuts off a torn last line and appends after the last whole one', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  await writeFile(path, '{"id":1,"text":"one"}\n{"id":2,"te');
  const { journal, entries } = await openJournal(path, entry);
  expect(entries).toEqual([{ id: 1, text: 'one' }]);
  await journal.append({ id: 3, text: 'three' });
  await journal.close();
  expect(await readFile(path, 'utf8')).toBe('{"id":1,"text":"one"}\n{"id":3,"text":"three"}\n');
});

test('wherever the file is cut, keeps all entries before the cut', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  const whole = Buffer.from('{"id":1,"text":"é"}\n{"id":2,"text":"三"}\n{"id":3,"text":"x"}\n');
  const endOfLine = [21, 43, 63];
  expect(whole.length).toBe(63);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 63 }), async (cut) => {
      await writeFile(path, whole.subarray(0, cut));
      const { journal, entries } = await openJournal(path, entry);
      await journal.close();
      expect(entries.map(({ id }) => id)).toEqual(
        [1, 2, 3].slice(0, endOfLine.filter((end) => end <= cut).length),
      );
    }),
  );
});

test('refuses a line in the middle that it cannot read, by its number', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  await writeFile(path, '{"id":1,"text":"one"}\n{"id":"two"}\n{"id":3,"text":"three"}\n');
  await expect(openJournal(path, entry)).rejects.toMatchObject({
    code: 'HistoryCorrupt',
    fields: { path, line: 2 },
  });
});

test('rewrites the file to what is retained', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  await writeFile(path, '{"id":1,"text":"one"}\n{"id":2,"text":"two"}\n');
  const { journal, entries } = await openJournal(path, entry, (all) => all.filter(({ id }) => id > 1));
  expect(entries).toEqual([{ id: 2, text: 'two' }]);
  await journal.append({ id: 3, text: 'three' });
  await journal.close();
  expect(await readFile(path, 'utf8')).toBe('{"id":2,"text":"two"}\n{"id":3,"text":"three"}\n');
});

test('overwrites what somebody else appended after it was opened only up to its own end', async () => {
  const path = join(await temporaryFolder(), 'journal.jsonl');
  const { journal } = await openJournal(path, entry);
  await appendFile(path, 'torn');
  await journal.append({ id: 1, text: 'one' });
  await journal.close();
  expect(await readFile(path, 'utf8')).toBe('{"id":1,"text":"one"}\n');
});

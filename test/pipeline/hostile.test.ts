import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatFinding } from '../../lib/pipeline/finding.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { HOSTILE_FILES } from './hostile-files.ts';

describe.each(HOSTILE_FILES)('%s', (_what, text) => {
  it('is refused with its place', () => {
    const reading = readPipeline(text, 'nonevent.yaml');
    expect(reading.ok).toBe(false);
    expect(reading.findings.length).toBeGreaterThan(0);
    expect(reading.findings.map(formatFinding).join('\n')).toMatch(
      /^nonevent\.yaml:\d+:\d+ error NE\d{3} \S/,
    );
  });

  it('gives no text that could reach a terminal as a command', () => {
    const shown = readPipeline(text, 'nonevent.yaml').findings.map(formatFinding).join('\n');
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});

it('pollutes no prototype', () => {
  for (const [, text] of HOSTILE_FILES) readPipeline(text, 'nonevent.yaml');
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as { a?: unknown }).a).toBeUndefined();
});

it('survives a thousand of them in one process, with flat memory', async () => {
  const script = fileURLToPath(new URL('./read-hostile-files.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=128', script],
    {
      timeout: 25_000,
    },
  );
  const { read, refused, grownMegabytes } = JSON.parse(stdout);
  expect({ read, refused }).toEqual({ read: 1000, refused: 1000 });
  expect(grownMegabytes).toBeLessThan(16);
});

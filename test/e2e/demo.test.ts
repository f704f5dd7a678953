import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const NONEVENT = fileURLToPath(new URL('../../bin/nonevent', import.meta.url));
const SECONDS = 100;

const summary = z.object({
  held: z.boolean(),
  requests: z.number(),
  failedDuringBadCanary: z.number(),
  failedOtherwise: z.number(),
  restoredAfterMilliseconds: z.number(),
  rollForwardSeconds: z.number(),
  ratio: z.number(),
  releases: z.array(
    z.object({ version: z.string(), outcome: z.string(), failedStage: z.string().nullable() }),
  ),
  expectations: z.array(z.object({ name: z.string(), held: z.boolean(), observed: z.string() })),
});

test(
  'the demo deploys two good releases, rolls a bad one back, and no other user sees a failure',
  async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [NONEVENT, 'demo', '-o', 'json'], {
      timeout: SECONDS * 1000,
    });
    const seen = summary.parse(JSON.parse(stdout));

    expect(seen.releases).toEqual([
      { version: '1.0.0', outcome: 'succeeded', failedStage: null },
      { version: '2.0.0', outcome: 'succeeded', failedStage: null },
      { version: '3.0.0', outcome: 'rolledBack', failedStage: 'release-10-analysis' },
    ]);
    expect(seen.expectations.filter(({ held }) => !held)).toEqual([]);
    expect(seen.expectations.length).toBe(12);
    expect(seen.held).toBe(true);
    expect(seen.failedOtherwise).toBe(0);
    expect(seen.failedDuringBadCanary).toBeGreaterThan(0);
    expect(seen.requests).toBeGreaterThan(1000);
    expect(seen.ratio).toBeCloseTo(seen.restoredAfterMilliseconds / 1000 / seen.rollForwardSeconds, 10);
    expect(seen.ratio).toBeGreaterThan(0);
    expect(stderr).toMatch(/✔ passed +unit-tests .+Do the unit tests pass\? {2}exit code 0/);
    expect(stderr).toMatch(/✖ failed +release-10-analysis .+expected error rate <= 1 %/);
    expect(stderr).toMatch(/↶ undone +release-10 /);
  },
  SECONDS * 1000,
);

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const NONEVENT = fileURLToPath(new URL('../../bin/nonevent', import.meta.url));
const SECONDS = 180;

const summary = z.object({
  held: z.boolean(),
  requests: z.number(),
  failedDuringBadCanary: z.number(),
  failedOtherwise: z.number(),
  badCanaryRestoredAfterMilliseconds: z.number(),
  rollForwardMilliseconds: z.number(),
  rollbackTrafficMilliseconds: z.number(),
  rollbackRatio: z.number(),
  deployments: z.array(
    z.object({ title: z.string(), outcome: z.string(), failedStage: z.string().nullable() }),
  ),
  flag: z.object({ seenBefore: z.boolean(), seenAfter: z.number() }),
  expectations: z.array(z.object({ name: z.string(), held: z.boolean(), observed: z.string() })),
});

function succeeded(title: string) {
  return { title, outcome: 'succeeded', failedStage: null };
}

test(
  'the demo deploys the shop, takes back what is bad, refuses what could not be taken back, and no other user sees a failure',
  async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [NONEVENT, 'demo', '-o', 'json'], {
      timeout: SECONDS * 1000,
      maxBuffer: 2 ** 24,
    });
    const seen = summary.parse(JSON.parse(stdout));

    expect(seen.deployments).toEqual([
      succeeded('catalogue 1.0.0'),
      succeeded('storefront 1.0.0'),
      succeeded('storefront 2.0.0'),
      succeeded('catalogue 1.1.0'),
      { title: 'storefront 2.0.0, rolled back', outcome: 'rolledBack', failedStage: null },
      succeeded('catalogue 1.2.0'),
      { title: 'storefront 4.0.0', outcome: 'rolledBack', failedStage: 'staging-apis' },
      { title: 'catalogue 1.3.0', outcome: 'rolledBack', failedStage: 'acquire-production' },
      succeeded('catalogue 1.2.1'),
      succeeded('catalogue 1.3.0, again'),
      succeeded('storefront 2.1.0'),
      { title: 'storefront 3.0.0', outcome: 'rolledBack', failedStage: 'release-10-analysis' },
    ]);
    expect(seen.expectations.filter(({ held }) => !held)).toEqual([]);
    expect(seen.expectations.length).toBe(24);
    expect(seen.held).toBe(true);
    expect(seen.failedOtherwise).toBe(0);
    expect(seen.failedDuringBadCanary).toBeGreaterThan(0);
    expect(seen.requests).toBeGreaterThan(1000);
    expect(seen.flag.seenBefore).toBe(false);
    expect(seen.rollbackRatio).toBeCloseTo(
      seen.rollbackTrafficMilliseconds / seen.rollForwardMilliseconds,
      10,
    );
    expect(seen.rollbackRatio).toBeGreaterThan(0);
    expect(stderr).toMatch(/✔ passed +unit-tests .+Do the unit tests pass\? {2}exit code 0/);
    expect(stderr).toMatch(/✖ failed +release-10-analysis .+expected error rate <= 1 %/);
    expect(stderr).toMatch(/↶ undone +release-10 /);
  },
  SECONDS * 1000,
);

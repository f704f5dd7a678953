import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VISITS } from '../../lib/cli/demo/visits.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';

const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'] as const;

function folderOf(version: string): string {
  return fileURLToPath(new URL(`../../examples/storefront/releases/${version}`, import.meta.url));
}

describe.each(VERSIONS)('storefront %s', (version) => {
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    ({ child, url } = await start(version));
  });
  afterAll(() => stop(child));

  test('passes its own tests', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: folderOf(version),
      env: { PATH: process.env.PATH },
    });
    expect(stdout).toContain('# fail 0');
    expect(stdout).not.toContain('# pass 0');
  });

  test('has a pipeline without a finding', async () => {
    const text = await readFile(`${folderOf(version)}/nonevent.yaml`, 'utf8');
    expect(readPipeline(text, 'nonevent.yaml')).toMatchObject({ ok: true, findings: [] });
  });

  test('names the release that answers', async () => {
    const response = await fetch(url);
    expect(response.headers.get('x-storefront-release')).toBe(version);
    expect(await response.text()).toContain(`release ${version}`);
  });

  test('is well, and stays so on a request that is none', async () => {
    expect((await fetch(`${url}//?q=%`)).status).toBe(404);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

test.each(['1.0.0', '2.0.0'])('release %s answers every visit', async (version) => {
  expect(await brokenVisits(version)).toEqual([]);
});

test('release 3.0.0 fails for products that are alone in their category, and for nothing else', async () => {
  expect(await brokenVisits('3.0.0')).toEqual(['500 /products/gift-card', '500 /products/honey']);
});

test.each(['2.0.0', '3.0.0'])(
  'release %s goes out in steps, each with an analysis against the live one',
  async (version) => {
    const text = await readFile(`${folderOf(version)}/nonevent.yaml`, 'utf8');
    const reading = readPipeline(text, 'nonevent.yaml');
    const names = reading.ok ? stagesOf(reading.pipeline).map(({ name }) => name) : [];
    expect(names).toEqual([
      'syntax',
      'unit-tests',
      'acquire-production',
      'release-place',
      'release-smoke',
      'release-10',
      'release-10-analysis',
      'release-50',
      'release-50-analysis',
      'release-100',
      'release-100-analysis',
    ]);
  },
);

test('releases 2.0.0 and 3.0.0 are released in the very same way', async () => {
  const [second, third] = await Promise.all(
    ['2.0.0', '3.0.0'].map((version) => readFile(`${folderOf(version)}/nonevent.yaml`, 'utf8')),
  );
  expect(third).toBe(second);
});

/** What the visits of the demo meet that is not 200, once each. */
async function brokenVisits(version: string): Promise<readonly string[]> {
  const { child, url } = await start(version);
  try {
    const seen = await Promise.all(
      [...new Set(VISITS)].map(async (path) => `${(await fetch(url + path)).status} ${path}`),
    );
    return seen.filter((line) => !line.startsWith('200')).sort();
  } finally {
    await stop(child);
  }
}

async function start(version: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: folderOf(version),
    env: { PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`the storefront ended with ${code}`)));
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const [, found] = /listens on port (\d+)\n/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

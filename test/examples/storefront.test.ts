import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLAN } from '../../lib/cli/demo/plan.ts';
import { VISITS } from '../../lib/cli/demo/visits.ts';
import { checkOut, PORTS } from '../../lib/cli/demo/working-copy.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

let root: string;
let catalogue: Running;

const RELEASES = [
  { service: 'catalogue', version: '1.0.0' },
  { service: 'catalogue', version: '1.1.0' },
  { service: 'catalogue', version: '1.2.0' },
  { service: 'catalogue', version: '1.2.1' },
  { service: 'catalogue', version: '1.3.0' },
  { service: 'storefront', version: '1.0.0' },
  { service: 'storefront', version: '2.0.0' },
  { service: 'storefront', version: '2.1.0' },
  { service: 'storefront', version: '3.0.0' },
  { service: 'storefront', version: '4.0.0' },
] as const;
type Release = (typeof RELEASES)[number];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nonevent-examples-'));
  await Promise.all(
    RELEASES.map((release) => checkOut(release, folderOf(release), { ports: PORTS, databases: root })),
  );
  const newest = { service: 'catalogue', version: '1.2.0' } as const;
  const CATALOGUE_DATABASE = join(root, 'visited.db');
  for (const script of ['1-create', '2-add-cents', '3-fill-cents']) {
    await runNode([`migrations/${script}.mjs`], folderOf(newest), { CATALOGUE_DATABASE });
  }
  catalogue = await start(newest, { CATALOGUE_DATABASE });
});
afterAll(async () => {
  await stop(catalogue);
  await rm(root, { recursive: true });
});

function folderOf({ service, version }: Release): string {
  return join(root, service, version);
}

test('every release is deployed by the demo', () => {
  const deployed = PLAN.flatMap((step) =>
    step.kind === 'release' ? [`${step.service} ${step.version}`] : [],
  );
  expect(deployed.sort()).toEqual(RELEASES.map(({ service, version }) => `${service} ${version}`).sort());
});

describe.each(RELEASES)('$service $version', (release) => {
  test('passes its own tests', async () => {
    const stdout = await runNode(['--test', '--test-reporter=tap'], folderOf(release), {});
    expect(stdout).toContain('# fail 0');
    expect(stdout).not.toContain('# pass 0');
  });

  test('has a pipeline without a finding', async () => {
    const text = await readFile(join(folderOf(release), 'nonevent.yaml'), 'utf8');
    expect(readPipeline(text, 'nonevent.yaml')).toMatchObject({ ok: true, findings: [] });
  });
});

test('the contract of staging is a pipeline without a finding', async () => {
  const text = await readFile(join(root, 'catalogue', '1.3.0', 'contract-staging.yaml'), 'utf8');
  expect(readPipeline(text, 'contract-staging.yaml')).toMatchObject({ ok: true, findings: [] });
});

test.each(['1.0.0', '2.0.0', '2.1.0', '4.0.0'] as const)(
  'storefront %s answers every visit, and says that it did',
  async (version) => {
    expect(await visits({ service: 'storefront', version })).toEqual([`200 by ${version}`]);
  },
);

test('storefront 3.0.0 fails for products that are alone in their category, and for nothing else', async () => {
  expect(await visits({ service: 'storefront', version: '3.0.0' })).toEqual([
    '200 by 3.0.0',
    '500 /products/gift-card',
    '500 /products/honey',
  ]);
});

test('a release without a pipeline file of its own goes out as the one before', async () => {
  const text = (version: '2.0.0' | '2.1.0' | '3.0.0') =>
    readFile(join(folderOf({ service: 'storefront', version }), 'nonevent.yaml'), 'utf8');
  expect(await text('2.1.0')).toBe(await text('2.0.0'));
  expect(await text('3.0.0')).toBe(await text('2.0.0'));
});

/** What the visits of the demo meet, once each. */
async function visits(release: Release): Promise<readonly string[]> {
  const shop = await start(release, { CATALOGUE_URL: catalogue.url });
  try {
    const seen = await Promise.all(
      [...new Set(VISITS)].map(async (path) => {
        const { status, headers } = await fetch(shop.url + path);
        return status === 200 ? `200 by ${headers.get('x-storefront-release')}` : `${status} ${path}`;
      }),
    );
    return [...new Set(seen)].sort();
  } finally {
    await stop(shop);
  }
}

type Running = { readonly child: ChildProcess; readonly url: string };

const QUIET = { NODE_NO_WARNINGS: '1' };

async function runNode(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...args], {
    cwd,
    env: { ...QUIET, ...env },
  });
  return stdout;
}

async function start(release: Release, env: Readonly<Record<string, string>>): Promise<Running> {
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: folderOf(release),
    env: { ...QUIET, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`${release.service} ended with ${code}`)));
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const [, found] = /listens on port (\d+)\n/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

async function stop({ child }: Running): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { bundleFunctions } from '../../lib/infra/bundling/bundle-functions.ts';

const folder = await mkdtemp(join(tmpdir(), 'nonevent-bundles-'));
afterAll(() => rm(folder, { recursive: true }));
await bundleFunctions(folder, ['request', 'stage']);
const meta: Readonly<Record<string, Metafile>> = JSON.parse(
  await readFile(join(folder, 'meta.json'), 'utf8'),
);

/** The bytes that a function reads before its first invocation: its entry and all that this imports, but on demand. */
function bytesAtStart(name: string): number {
  const outputs = meta[name]?.outputs ?? {};
  const read = new Set<string>();
  const visit = (file: string): void => {
    const output = outputs[file];
    if (output === undefined || read.has(file)) return;
    read.add(file);
    for (const { kind, path } of output.imports) if (kind === 'import-statement') visit(path);
  };
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint === `functions/aws/${name}.ts`) visit(file);
  }
  return [...read].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}

function inputsOf(name: string): readonly string[] {
  return Object.values(meta[name]?.outputs ?? {}).flatMap(({ inputs }) => Object.keys(inputs));
}

describe('a bundle', () => {
  it('is small: what a function reads at its start', () => {
    expect(bytesAtStart('request')).toBeGreaterThan(100 * 1024);
    expect(bytesAtStart('request')).toBeLessThan(450 * 1024);
    expect(bytesAtStart('stage')).toBeLessThan(600 * 1024);
  });

  it('has nothing in it that only a synthesis, a test or one machine needs', () => {
    const foreign = [...inputsOf('request'), ...inputsOf('stage')].filter((file) =>
      /aws-cdk-lib|constructs|aws-local-stepfunctions|dynalite|^lib\/(infra|local|cli)\/|credential-provider-sso/.test(
        file,
      ),
    );
    expect(foreign).toEqual([]);
  });

  it('starts, refuses an event of another form, and logs its refusal without the event', async () => {
    for (const [name, value] of Object.entries(VARIABLES)) vi.stubEnv(name, value);
    const lines: string[] = [];
    const streams = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0),
    );
    const { handler } = await import(join(folder, 'request', 'index.mjs'));
    const refused = handler(
      { detail: { pipeline: 'unheard-of' } },
      { functionName: 'request', awsRequestId: 'id', getRemainingTimeInMillis: () => 60_000 },
    );
    await expect(refused).rejects.toThrow('pipeline');
    for (const stream of streams) stream.mockRestore();
    vi.unstubAllEnvs();
    const logged = lines.flatMap((line) => (line.includes('"level":"ERROR"') ? [JSON.parse(line)] : []));
    expect(logged).toMatchObject([
      { service: 'Nonevent', function_name: 'request', error: { name: 'ZodError' } },
    ]);
    expect(lines.join('')).not.toContain('unheard-of');
  });
});

const VARIABLES = {
  POWERTOOLS_SERVICE_NAME: 'Nonevent',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  NONEVENT_ACCOUNT: '123456789012',
  NONEVENT_TABLE: 'table',
  NONEVENT_ARTIFACTS: 'artifacts',
  NONEVENT_BUS: 'bus',
  NONEVENT_SEALS: 'seals',
  NONEVENT_SIGNING_KEY: 'key',
  NONEVENT_DEFINITIONS: '/opt',
  NONEVENT_FLAGS: '{"strategy":"s","places":{}}',
  NONEVENT_STATE_MACHINES: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
};

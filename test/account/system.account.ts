import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireConsent, throwAwayName } from './consent.ts';
import { pipelineText } from './throw-away.ts';

const region = requireConsent(process.env);
const name = throwAwayName();
const folder = await mkdtemp(join(tmpdir(), 'nonevent-account-'));
const lambda = new LambdaClient({ region });
const users = setInterval(() => void greeting().catch(() => {}), 500);

beforeAll(async () => {
  await cdk('deploy', name, '--require-approval', 'never');
  await nonevent('connect', '--stack', name, '--region', region);
});

afterAll(async () => {
  clearInterval(users);
  await cdk('destroy', name, '--force');
  await rm(folder, { recursive: true });
});

it('deploys what is good, takes back what is bad by itself, rolls back when asked, and can prove all of it', async () => {
  expect(await deploy('1.0.0', 'return "one";')).toBe(0);
  expect(await greeting()).toBe('one');
  expect(await deploy('2.0.0', 'return "two";')).toBe(0);
  expect(await greeting()).toBe('two');
  expect(await deploy('3.0.0', 'throw new Error("bad");')).toBe(3);
  expect(await greeting()).toBe('two');
  expect(await nonevent('rollback', 'production', '--yes')).toBe(0);
  expect(await greeting()).toBe('one');
  expect(await nonevent('audit', 'verify')).toBe(0);
});

async function deploy(version: string, body: string): Promise<number> {
  const source = join(folder, 'source');
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'nonevent.yaml'), pipelineText(name));
  await writeFile(join(source, 'index.mjs'), `export const handler = async () => { ${body} };\n`);
  return nonevent('deploy', source, '--release', version);
}

async function greeting(): Promise<unknown> {
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `${name}-greeting`, Qualifier: 'live' }),
  );
  return JSON.parse(Payload?.transformToString() ?? 'null');
}

async function nonevent(...written: readonly string[]): Promise<number> {
  return exitOf(process.execPath, [resolve('bin/nonevent'), ...written]);
}

async function cdk(...written: readonly string[]): Promise<void> {
  const app = `"${process.execPath}" test/account/throw-away.ts`;
  const output = join(folder, 'cdk.out');
  const exit = await exitOf('npx', [
    'cdk',
    ...written,
    '--app',
    app,
    '--output',
    output,
    '-c',
    `name=${name}`,
  ]);
  if (exit !== 0)
    throw new Error(`cdk ${written[0]} ended with ${exit}; look for stack ${name} in ${region}`);
}

/** What it says is shown as it says it. */
function exitOf(command: string, written: readonly string[]): Promise<number> {
  return new Promise((settle, refuse) => {
    // A data folder of its own: the stack that it is connected to is nobody else's.
    const env = { ...process.env, NONEVENT_DATA: join(folder, 'data') };
    const child = execFile(command, [...written], { env }, (error) => {
      if (error === null) settle(0);
      else if (typeof error.code === 'number') settle(error.code);
      else refuse(error);
    });
    child.stdout?.pipe(process.stdout);
    child.stderr?.pipe(process.stderr);
  });
}

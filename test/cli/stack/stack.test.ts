import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examineStack } from '../../../lib/cli/doctor/examine-stack.ts';
import { chooseSystem } from '../../../lib/cli/stack/choose-system.ts';
import { openSystem } from '../../../lib/cli/system.ts';
import { freePort } from '../../../lib/targets/process/free-port.ts';
import { ended, request, withTrigger } from '../../e2e/deploying.ts';
import { stackGround } from './stack-ground.ts';

const SERVER = `require('node:http')
  .createServer((request, response) => response.end(require('./package.json').version))
  .listen(process.env.PORT, '127.0.0.1');
`;

const pipeline = (port: number): string => `pipeline: shop
environments:
  production: { target: { kind: process, start: exec node server.js, port: ${port}, drain: 100ms } }
stages:
  - name: hold
    kind: command
    question: Is it let go?
    expect: 1s
    run: if grep -q slow package.json; then sleep 60; fi
  - { name: start, kind: place }
  - { name: all, kind: shift, percent: 100 }
`;

/** One story against one stack. What is typed is what a person types; the rest goes the same way in this process. */
test('connect, deploy, status, history, rollback and stop work against a stack as they do locally', async () => {
  const port = await freePort(new Set());
  const ground = await stackGround(pipeline(port));
  const { nonevent, folder, s3, aws } = ground;
  await ground.write('server.js', SERVER);
  await ground.release('1.0.0');
  const live = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();

  const connected = await nonevent('connect', '--profile', 'work', '--region', 'eu-west-1');
  expect(connected.code, connected.stderr).toBe(0);
  expect(connected.stdout).toMatch(/^✔ connected {2}stack Nonevent in eu-west-1, account 123456789012\n/);
  const file = await readFile(join(folder, '.nonevent', 'connection.json'), 'utf8');
  expect(JSON.parse(file)).toMatchObject({
    stack: 'Nonevent',
    region: 'eu-west-1',
    profile: 'work',
    bus: 'default',
  });
  expect(file).not.toContain(ground.system.connection.token);

  aws.calls.length = 0;
  const cli = await openSystem(ground.surroundings());
  await expect(cli.register(ground.pipeline)).rejects.toMatchObject({
    code: 'Unreachable',
    message: expect.stringMatching(
      /^pipeline shop as it is here \(sha256:[0-9a-f]{12}\) is not installed in stack Nonevent in eu-west-1$/,
    ),
  });
  s3.faults.push([403, 'AccessDenied']);
  await expect(cli.artifacts.pack(folder, 'vcs')).rejects.toMatchObject({
    code: 'Unreachable',
    message: 'could not upload the artifact: profile work may not perform s3:PutObject',
  });
  await ground.install();
  const artifact = await cli.artifacts.pack(folder, 'vcs');
  const first = withTrigger({ pipeline: ground.pipeline, release: { version: '1.0.0', artifact } }, 'first');
  await request(cli, first);
  expect((await ended(cli, first.deployment)).view.outcome).toBe('succeeded');
  expect([...s3.objects.keys()]).toEqual([`artifacts/artifacts/${artifact.replace(':', '-')}.tar`]);

  await ground.release('2.0.0');
  const second = await nonevent('deploy');
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain(
    `to stack Nonevent in eu-west-1, account 123456789012, with profile work, bucket artifacts\n  named by ${join(folder, '.nonevent', 'connection.json')}\n`,
  );
  expect(await live()).toBe('2.0.0');
  const status = JSON.parse((await nonevent('status', '--json')).stdout);
  expect(status.environments[0].pipelines[0]).toMatchObject({
    live: { release: { version: '2.0.0' } },
    rollback: null,
  });

  const back = await nonevent('rollback', '--yes', '--reason', 'errors');
  expect(back.code, back.stderr).toBe(0);
  expect(await live()).toBe('1.0.0');
  const { stdout: history } = await nonevent('history', back.stdout.trim(), '-o', 'jsonl');
  expect(JSON.parse(history.split('\n')[0] ?? '')).toMatchObject({ type: 'DeploymentRequested' });

  await ground.release('3.0.0', 'slow');
  const slow = await nonevent('deploy', '--detach', '--region', 'eu-west-1');
  expect(slow.code, slow.stderr).toBe(0);
  expect(slow.stderr).toMatch(/watch it with: nonevent status [0-9a-f]{8} --watch --region eu-west-1\n/);
  const stopped = await nonevent('stop', slow.stdout.trim(), '--yes');
  expect(stopped.code, stopped.stderr).toBe(7);
  // What connect found was not asked for again.
  expect(new Set(aws.calls)).toEqual(new Set(['sts GetCallerIdentity']));

  const chosen = chooseSystem(ground.surroundings());
  const findings = 'stack' in chosen ? await examineStack(chosen, ground.pipeline) : [];
  expect(findings.map(({ what, state }) => `${what} ${state}`)).toEqual([
    'region ok',
    'credentials ok',
    'stack ok',
    'table ok',
    'bus ok',
    'bucket ok',
    'installed ok',
  ]);
  cli.close();

  // The system takes no other key than its own, as an account takes none that has no permission.
  const guest = await openSystem({ ...ground.surroundings(), flags: { profile: 'guest' } });
  await expect(guest.store.list('opened', 1)).rejects.toMatchObject({
    code: 'Unreachable',
    message: 'could not read the histories: profile guest may not perform dynamodb:Query',
  });
  await expect(guest.publish('Stop Requested', {})).rejects.toMatchObject({
    code: 'Unreachable',
    message: 'could not put the request on the bus: profile guest may not perform events:PutEvents',
  });
  guest.close();
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isAlive, isGroupAlive } from '../../../lib/targets/process/process-identity.ts';
import { findStarted, startProcess } from '../../../lib/targets/process/start-process.ts';
import { stopGroup, stopLeftover } from '../../../lib/targets/process/stop-group.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-start-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function start(command: string) {
  return startProcess({
    command,
    folder,
    environment: { PATH: process.env.PATH ?? '' },
    runFile: join(folder, 'run'),
    logFile: join(folder, 'log'),
  });
}

async function logOf(line: string): Promise<void> {
  await vi.waitFor(async () => expect(await readFile(join(folder, 'log'), 'utf8')).toContain(line), {
    timeout: 20_000,
  });
}

describe('startProcess', () => {
  it('runs a command in a group of its own and says how it ended', async () => {
    const { pid, ended } = await start('echo $$; exit 5');
    expect(await ended).toBe('exited with code 5');
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe(`${pid}\n`);
  });

  it('says which signal ended a process', async () => {
    const { pid, ended } = await start('exec sleep 1000');
    process.kill(pid, 'SIGKILL');
    expect(await ended).toBe('was ended by SIGKILL');
  });

  it('keeps what the command said before in the log', async () => {
    await writeFile(join(folder, 'log'), 'earlier\n');
    await (await start('echo later')).ended;
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('earlier\nlater\n');
  });

  it('fails where the folder is missing', async () => {
    await rm(folder, { recursive: true });
    await expect(start('true')).rejects.toMatchObject({
      code: 'TargetFailed',
      message: expect.stringContaining('a process could not be started: ENOENT'),
    });
  });
});

describe('findStarted', () => {
  it('finds a process that another owner started', async () => {
    const { pid } = await start('echo ready; exec sleep 1000');
    await logOf('ready');
    const identity = await findStarted(join(folder, 'run'));
    expect(identity?.pid).toBe(pid);
    expect(identity && (await isAlive(identity))).toBe(true);
    await stopGroup(pid, 5_000);
    expect(identity && (await isAlive(identity))).toBe(false);
  });

  it('makes a process that had not begun yet give up', async () => {
    expect(await findStarted(join(folder, 'run'))).toBeUndefined();
    const { ended } = await start('echo this must not run');
    expect(await ended).toBe('exited with code 1');
    expect(await readFile(join(folder, 'log'), 'utf8')).not.toContain('this must not run');
  });
});

describe('stopGroup', () => {
  it('lets a process end by itself', async () => {
    const { pid, ended } = await start("trap 'exit 9' TERM; echo ready; while true; do sleep 0.01; done");
    await logOf('ready');
    await stopGroup(pid, 20_000);
    expect(await ended).toBe('exited with code 9');
  });

  it('kills a process that does not obey, with its children', async () => {
    const { pid, ended } = await start(
      "trap '' TERM; sleep 1000 & echo ready; while true; do sleep 0.01; done",
    );
    await logOf('ready');
    await stopGroup(pid, 50);
    expect(await ended).toBe('was ended by SIGKILL');
    expect(await isGroupAlive(pid)).toBe(false);
  });

  it('has nothing to do for a group that is no more', async () => {
    const { pid, ended } = await start('true');
    await ended;
    await stopGroup(pid, 5_000);
    expect(await isGroupAlive(pid)).toBe(false);
  });
});

describe('stopLeftover', () => {
  it('ends children whose parent is no more', async () => {
    const { pid, ended } = await start('sleep 1000 &');
    await ended;
    expect(await isGroupAlive(pid)).toBe(true);
    await stopLeftover({ pid, startedAt: 'long ago' }, 5_000);
    expect(await isGroupAlive(pid)).toBe(false);
  });

  it('spares a process that got the number later', async () => {
    const { pid } = await start('exec sleep 1000');
    await stopLeftover({ pid, startedAt: 'long ago' }, 5_000);
    expect(await isGroupAlive(pid)).toBe(true);
    await stopGroup(pid, 5_000);
  });
});

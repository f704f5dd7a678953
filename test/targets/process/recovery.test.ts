import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isGroupAlive, startTimeOf } from '../../../lib/targets/process/process-identity.ts';
import { createProcessTargets, type ProcessTargets } from '../../../lib/targets/process/process-targets.ts';
import { fixtureArtifacts } from '../fixtures/artifacts.ts';
import { askWho, type Ground, openGround } from '../fixtures/open-targets.ts';
import { definitionAt, freePort, patience, revisionOf } from '../fixtures/revision.ts';

const R1 = '1.0.0-aaaaaaaa';
const R2 = '2.0.0-aaaaaaaa';

describe('targets that are created on the folder of earlier ones', () => {
  let ground: Ground;

  beforeEach(async () => {
    ground = await openGround();
    await ground.target.place(revisionOf(1), patience());
    await ground.target.route({ [R1]: 100 });
  });

  afterEach(() => ground.clear());

  function again(targets: ProcessTargets) {
    return targets.target('production', 'shop', definitionAt(ground.port));
  }

  async function pidAt(revision: string): Promise<number> {
    return (await askWho((await ground.target.address({ revision })) ?? '')).pid;
  }

  it('adopt the processes that run, with their traffic', async () => {
    const pid = await pidAt(R1);
    await ground.targets.close();
    await expect(fetch(ground.url)).rejects.toThrow();
    expect(await startTimeOf(pid)).toBeDefined();

    const target = await again(await ground.reopen());
    expect(await askWho(ground.url)).toEqual({ revision: R1, pid });
    expect(await target.state()).toEqual({
      weights: { [R1]: 100 },
      revisions: [{ revision: R1, running: true, restarts: 0, exits: 0 }],
    });
  });

  it('begin a new epoch of counters', async () => {
    await askWho(ground.url);
    const { epoch, since } = await ground.target.counters();
    await ground.targets.close();
    const reopened = Date.now();
    expect(since).toBeLessThanOrEqual(reopened);
    const target = await again(await ground.reopen());
    const counters = await target.counters();
    expect(counters.epoch).not.toBe(epoch);
    expect(counters.since).toBeGreaterThanOrEqual(reopened);
    expect(counters.since).toBeLessThanOrEqual(Date.now());
    expect(counters.revisions[R1]?.requests).toBe(0);
  });

  it('notice when an adopted process dies, and start it again', async () => {
    await ground.targets.close();
    const target = await again(await ground.reopen());
    const { pid } = await askWho(ground.url);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(
      async () =>
        expect(await target.state()).toMatchObject({ revisions: [{ running: true, restarts: 1, exits: 1 }] }),
      { timeout: 20_000 },
    );
    expect((await askWho(ground.url)).pid).not.toBe(pid);
  });

  it('start what died meanwhile, on another port where its own is taken', async () => {
    const address = (await ground.target.address({ revision: R1 })) ?? '';
    const pid = await pidAt(R1);
    await ground.targets.close();
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => expect(await startTimeOf(pid)).toBeUndefined(), { timeout: 20_000 });
    const squatter = createServer((_request, response) => response.end('somebody else'));
    await new Promise<void>((resolve) =>
      squatter.listen(Number(new URL(address).port), '127.0.0.1', resolve),
    );

    const target = await again(await ground.reopen());
    expect((await askWho(ground.url)).revision).toBe(R1);
    expect(await target.address({ revision: R1 })).not.toBe(address);
    squatter.close();
  });

  it('start again what stopAll has stopped', async () => {
    const pid = await pidAt(R1);
    await ground.targets.stopAll();
    await ground.reopen();
    const now = await askWho(ground.url);
    expect(now.revision).toBe(R1);
    expect(now.pid).not.toBe(pid);
  });

  it('do not take what they started again themselves for a revision that ended by itself', async () => {
    await ground.targets.stopAll();
    const target = await again(await ground.reopen());
    expect(await target.state()).toMatchObject({ revisions: [{ running: true, restarts: 1, exits: 0 }] });
  });

  it('do not take a process that only has the number of an earlier one for it', async () => {
    await ground.targets.stopAll();
    const folder = join(ground.folder, 'production', 'shop', R1);
    const state = JSON.parse(await readFile(join(ground.folder, 'production', 'shop', 'state.json'), 'utf8'));
    const stranger = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    await writeFile(
      join(folder, `run-${state.revisions[0].run.id}`),
      `${stranger.pid}\nanother start time\n\n`,
    );
    await ground.reopen();
    expect(await startTimeOf(stranger.pid ?? 0)).toBeDefined();
    expect((await askWho(ground.url)).revision).toBe(R1);
    stranger.kill('SIGKILL');
  });

  it.each([
    ['a foreign process', 'foreign'],
    ['a group whose leader is gone', 'orphan'],
    ['process 0', '0'],
    ['process 1', '1'],
  ])('signal nothing where a forged file names %s', async (_what, named) => {
    await ground.targets.stopAll();
    const foreign = spawn('/bin/sh', ['-c', named === 'orphan' ? 'sleep 30 & exit' : 'exec sleep 30'], {
      detached: true,
      stdio: 'ignore',
    });
    if (named === 'orphan') await once(foreign, 'exit');
    const group = Number(foreign.pid);
    const pid = /^\d$/.test(named) ? named : String(group);
    const folder = join(ground.folder, 'production', 'shop');
    const { revisions } = JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as {
      revisions: { run: { id: string } }[];
    };
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'Mon Nov 23 05:00:00 2026');
    await writeFile(join(folder, R1, `run-${revisions[0]?.run.id}`), `${pid}\n${stat.trim()}\n\n`);

    const target = await again(await ground.reopen());
    expect(await target.state()).toMatchObject({ revisions: [{ revision: R1, running: true }] });
    expect(await isGroupAlive(group)).toBe(true);
    process.kill(-group, 'SIGKILL');
  });

  it('read a record from before exits were counted', async () => {
    await ground.targets.close();
    const file = join(ground.folder, 'production', 'shop', 'state.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(/,\s*"exits": 0/, ''));
    expect(await readFile(file, 'utf8')).not.toContain('exits');
    const target = await again(await ground.reopen());
    expect(await target.state()).toMatchObject({ revisions: [{ revision: R1, running: true, exits: 0 }] });
  });

  it('finish a removal that was cut short', async () => {
    await ground.target.place(revisionOf(2), patience());
    const pid = await pidAt(R2);
    await ground.targets.close();
    const file = join(ground.folder, 'production', 'shop', 'state.json');
    const state = JSON.parse(await readFile(file, 'utf8'));
    state.revisions[1].phase = 'removing';
    await writeFile(file, JSON.stringify(state));
    const target = await again(await ground.reopen());
    expect((await target.state()).revisions.map(({ revision }) => revision)).toEqual([R1]);
    expect(await startTimeOf(pid)).toBeUndefined();
    expect(await readdir(join(ground.folder, 'production', 'shop'))).toEqual([R1, 'logs', 'state.json']);
    expect(await readdir(join(ground.folder, 'production', 'shop', 'logs'))).toEqual([`${R2}.log`]);
  });

  it('do not open where the port is taken, and leave the processes as they are', async () => {
    const pid = await pidAt(R1);
    await ground.targets.close();
    const squatter = createServer();
    squatter.listen(ground.port, '127.0.0.1');
    await once(squatter, 'listening');
    await expect(ground.reopen()).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `port ${ground.port} is in use by another process, so users cannot be served there`,
    });
    await new Promise((resolve) => squatter.close(resolve));
    await ground.reopen();
    expect(await askWho(ground.url)).toEqual({ revision: R1, pid });
  });

  it('do not open where the state is damaged, and say which file it is', async () => {
    await ground.targets.close();
    const file = join(ground.folder, 'production', 'shop', 'state.json');
    const intact = await readFile(file, 'utf8');
    await writeFile(file, intact.replace('"placed"', '"elsewhere"'));
    await expect(ground.reopen()).rejects.toMatchObject({
      code: 'TargetFailed',
      message: expect.stringContaining(`the target's state in ${file} cannot be read`),
    });
    await writeFile(file, intact);
    await ground.reopen();
  });

  it('do not open where nothing can be written', async () => {
    const file = join(ground.folder, 'a-file');
    await writeFile(file, '');
    await expect(
      createProcessTargets({ folder: join(file, 'targets'), artifacts: fixtureArtifacts }),
    ).rejects.toMatchObject({ code: 'TargetFailed', fields: { folder: join(file, 'targets') } });
  });
});

describe('an owner that is killed', () => {
  let folder: string;
  let port: number;
  let owner: ChildProcess;
  let targets: ProcessTargets | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nonevent-owner-'));
    port = await freePort();
  });

  afterEach(async () => {
    owner.kill('SIGKILL');
    targets ??= await createProcessTargets({ folder, artifacts: fixtureArtifacts });
    await targets.stopAll();
    targets = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  function startOwner(task: 'serve' | 'place'): ChildProcess {
    return spawn(
      process.execPath,
      [fileURLToPath(new URL('../fixtures/owner.ts', import.meta.url)), folder, String(port), task],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  }

  async function kill(): Promise<void> {
    const exited = once(owner, 'exit');
    owner.kill('SIGKILL');
    await exited;
  }

  it('leaves revisions that go on and are adopted with their weights', async () => {
    owner = startOwner('serve');
    if (owner.stdout !== null) await once(owner.stdout, 'data');
    const before = new Set<number>();
    for (let sent = 0; sent < 10; sent += 1) before.add((await askWho(`http://127.0.0.1:${port}`)).pid);
    await kill();
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();

    targets = await createProcessTargets({ folder, artifacts: fixtureArtifacts });
    const answers: { revision: string; pid: number }[] = [];
    for (let sent = 0; sent < 10; sent += 1) answers.push(await askWho(`http://127.0.0.1:${port}`));
    expect(answers.filter(({ revision }) => revision === R2)).toHaveLength(1);
    expect(new Set(answers.map(({ pid }) => pid))).toEqual(before);

    await targets.stopAll();
    expect(await Promise.all([...before].map(startTimeOf))).toEqual([undefined, undefined]);
  });

  it('in the middle of a placement leaves nothing that the next one does not end', async () => {
    owner = startOwner('place');
    const revision = join(folder, 'production', 'shop', '3.0.0-aaaaaaaa');
    await vi.waitFor(
      async () => expect(await readFile(join(revision, 'output.log'), 'utf8')).toContain('waiting'),
      { timeout: 20_000 },
    );
    const run = (await readdir(revision)).find((entry) => entry.startsWith('run-')) ?? '';
    const pid = Number.parseInt(await readFile(join(revision, run), 'utf8'), 10);
    await kill();
    expect(await startTimeOf(pid)).toBeDefined();

    targets = await createProcessTargets({ folder, artifacts: fixtureArtifacts });
    expect(await startTimeOf(pid)).toBeUndefined();
    const target = await targets.target('production', 'shop', definitionAt(port));
    expect((await target.state()).revisions).toEqual([]);
  });
});

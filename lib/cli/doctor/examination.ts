import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { counted } from '../../lifecycle/wording/counted.ts';
import { readConnection } from '../../local/connection.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { readPipelineFile } from '../reading/read-file.ts';
import type { Settings, Surroundings } from '../settings.ts';
import type { ChosenSystem } from '../stack/choose-system.ts';
import { examineDeadLetters } from './dead-letters.ts';
import type { Finding } from './finding.ts';

const NODE_NEEDED = 24;
const FREE_BYTES_AT_LEAST = 500 * 1024 * 1024;
/** Before this nothing of Nonevent existed, so a clock that says so is wrong. */
const EARLIEST_TIME = Date.parse('2026-01-01T00:00:00Z');
const run = promisify(execFile);

/** Examines this machine and the system that is chosen. Changes nothing and throws nothing: what cannot be found out is a finding. */
export async function examine(
  settings: Settings,
  { folder, environment }: Pick<Surroundings, 'folder' | 'environment'>,
  chosen: ChosenSystem,
): Promise<readonly Finding[]> {
  const pipeline = await pipelineOf(settings, folder);
  const machine = [
    examineNode(process.versions.node),
    await examineNodeOnPath(environment),
    await examineGit(),
    examineClock(Date.now()),
    pipeline.finding,
  ];
  if ('stack' in chosen) {
    const { examineStack } = await import('./examine-stack.ts');
    return [...machine, ...(await examineStack(chosen, pipeline.pipeline))];
  }
  const system = await examineSystem(settings.data.value);
  return [
    ...machine,
    await examineDataFolder(settings.data.value),
    await examineDisk(settings.data.value),
    system,
    await examineDeadLetters(settings.data.value),
    ...(system.state === 'ok' ? [] : await examinePorts(pipeline.pipeline)),
  ];
}

export function examineNode(version: string): Finding {
  const isNew = Number(version.split('.')[0]) >= NODE_NEEDED;
  const found = { what: 'node', observed: `${version}, which Nonevent itself runs on` };
  return isNew
    ? { ...found, state: 'ok' }
    : { ...found, state: 'problem', fix: `install Node ${NODE_NEEDED} or later` };
}

/** What services and commands get who say `node`: not what Nonevent brings for itself. */
async function examineNodeOnPath(environment: Surroundings['environment']): Promise<Finding> {
  const what = 'node on PATH';
  try {
    const { stdout } = await run('node', ['-p', 'process.versions.node + " at " + process.execPath'], {
      timeout: 5000,
      env: environment,
    });
    return { what, state: 'ok', observed: `${stdout.trim()}, which services and commands run under` };
  } catch {
    const fix = 'put node on PATH, where a service or a command of yours needs it';
    return { what, state: 'warning', observed: 'not found', fix };
  }
}

/** Order is by seq, so a clock that is off only makes times hard to read; one that is years off makes them useless. */
export function examineClock(now: number): Finding {
  const observed = new Date(now).toISOString();
  if (now >= EARLIEST_TIME) return { what: 'clock', state: 'ok', observed };
  return { what: 'clock', state: 'problem', observed, fix: 'set the clock of this machine' };
}

async function examineGit(): Promise<Finding> {
  try {
    const { stdout } = await run('git', ['--version'], { timeout: 5000 });
    return { what: 'git', state: 'ok', observed: stdout.trim().replace('git version ', '') };
  } catch {
    const fix = 'install git: without it everything but node_modules and .nonevent is packed';
    return { what: 'git', state: 'warning', observed: 'not found', fix };
  }
}

async function pipelineOf(
  { file }: Settings,
  folder: string,
): Promise<{ readonly finding: Finding; readonly pipeline: Pipeline | undefined }> {
  const what = 'pipeline file';
  if (file.value === undefined) {
    const finding = { what, state: 'warning', observed: 'none', fix: 'nonevent init' } as const;
    return { finding, pipeline: undefined };
  }
  try {
    const read = await readPipelineFile(file.value, folder);
    if (read.ok) return { finding: { what, state: 'ok', observed: 'valid' }, pipeline: read.pipeline };
    const observed = counted(read.findings.length, 'finding');
    return { finding: { what, state: 'problem', observed, fix: 'nonevent validate' }, pipeline: undefined };
  } catch (thrown) {
    const finding = { what, state: 'problem', observed: messageOf(thrown), fix: 'nonevent init' } as const;
    return { finding, pipeline: undefined };
  }
}

async function examineDataFolder(path: string): Promise<Finding> {
  const what = 'data folder';
  const existing = await nearestExisting(path);
  if (!(await stat(existing)).isDirectory()) {
    const fix = 'name another folder with --data';
    return { what, state: 'problem', observed: `${existing} is no folder`, fix };
  }
  try {
    await access(existing, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    const fix = `make ${existing} writable, or name another folder with --data`;
    return { what, state: 'problem', observed: messageOf(thrown), fix };
  }
  return {
    what,
    state: 'ok',
    observed: existing === path ? 'writable' : 'writable, made at the first `nonevent dev`',
  };
}

async function examineDisk(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestExisting(path));
  const free = bavail * bsize;
  const observed = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= FREE_BYTES_AT_LEAST) return { what: 'disk', state: 'ok', observed };
  return {
    what: 'disk',
    state: 'problem',
    observed,
    fix: 'free at least 0.5 GB: every release is kept there',
  };
}

async function nearestExisting(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestExisting(dirname(path));
}

async function examineSystem(path: string): Promise<Finding> {
  const what = 'local system';
  try {
    const { endpoints, process: runs } = await readConnection(path);
    return { what, state: 'ok', observed: `process ${runs.pid} at ${endpoints.states}` };
  } catch (thrown) {
    const hint = thrown instanceof NoneventError ? thrown.hint : undefined;
    return { what, state: 'problem', observed: messageOf(thrown), fix: hint ?? 'nonevent dev' };
  }
}

/** Where no system runs, the ports that its routers will want have to be free. */
async function examinePorts(pipeline: Pipeline | undefined): Promise<readonly Finding[]> {
  const definitions = Object.entries(pipeline?.environments ?? {});
  return Promise.all(
    definitions.flatMap(([name, { target }]) =>
      target.kind === 'process' ? [examinePort(name, target.port)] : [],
    ),
  );
}

async function examinePort(environment: string, port: number): Promise<Finding> {
  const what = `port ${port}`;
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return { what, state: 'ok', observed: `free, for ${environment}` };
  } catch (thrown) {
    const fix = `stop what listens there, or change the port of ${environment} in the pipeline file`;
    return { what, state: 'problem', observed: messageOf(thrown), fix };
  } finally {
    server.close();
  }
}

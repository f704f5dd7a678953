import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { TargetDefinition } from '../../pipeline/environment.ts';
import { name } from '../../pipeline/names.ts';
import type { ProcessTarget } from '../../pipeline/target-kinds/process.ts';
import type { Targets } from '../target.ts';
import { createInOrder } from './in-order.ts';
import { checkPort } from './listener.ts';
import { machine } from './machine.ts';
import { type OpenTarget, openProcessTarget } from './process-target.ts';
import { readRecord } from './record-file.ts';
import { makeFolder } from './revision-folder.ts';
import type { TargetRecord } from './target-record.ts';

export type ProcessTargets = Targets & {
  /** Stops the routers and leaves the revisions running; targets created on the same folder take them over. */
  close(): Promise<void>;
  /** Stops the routers and every process. */
  stopAll(): Promise<void>;
};

export type ProcessTargetsOptions = {
  /** Holds `<environment>/<pipeline>/state.json` and `<environment>/<pipeline>/<revision>/app`. */
  readonly folder: string;
  readonly artifacts: Pick<Artifacts, 'unpack'>;
  /** Environment variables that every service of an environment gets. Asked before a target is opened. @default none */
  readonly variables?: (environment: string) => Promise<Readonly<Record<string, string>>>;
  /** Told, in one line each, what happens to revisions while nobody asks: that one died, that it cannot be restarted. */
  readonly log?: (line: string) => void;
};

/**
 * The targets of one machine. Those that are on disk are opened at once: their routers listen, revisions that still run
 * are adopted, the others are started again, and traffic goes where it went.
 *
 * Errors: `TargetFailed` where a router's port is in use, or where a state on disk cannot be read. Nothing is left open.
 */
export async function createProcessTargets(options: ProcessTargetsOptions): Promise<ProcessTargets> {
  const { folder, artifacts, variables = async () => ({}), log = () => undefined } = options;
  const open = new Map<string, OpenTarget>();
  const inOrder = createInOrder();

  function takenPorts(): ReadonlySet<number> {
    const records = [...open.values()].map((each) => each.record());
    return new Set(
      records.flatMap(({ definition, revisions }) => [
        definition.port,
        ...revisions.flatMap(({ run }) => (run === undefined ? [] : [run.port])),
      ]),
    );
  }

  function checkNotShared(environment: string, pipeline: string, port: number): void {
    for (const other of open.values()) {
      const { environment: otherEnvironment, pipeline: otherPipeline, definition } = other.record();
      if (otherEnvironment === environment && otherPipeline === pipeline) continue;
      if (definition.port === port) throw sharedPort(port, otherEnvironment, otherPipeline);
    }
  }

  async function openTarget(record: TargetRecord): Promise<OpenTarget> {
    const { environment, pipeline, definition } = record;
    checkNotShared(environment, pipeline, definition.port);
    const opened = await openProcessTarget(record, {
      folder: join(folder, environment, pipeline),
      artifacts,
      takenPorts,
      variables: await variables(environment),
      log,
    });
    open.set(`${environment}/${pipeline}`, opened);
    return opened;
  }

  async function end(how: 'close' | 'stopAll'): Promise<void> {
    await Promise.all([...open.values()].map((each) => each[how]()));
  }

  await makeFolder(folder);
  try {
    const records = await recordsIn(folder);
    // All ports first, so that nothing is started where one of them is in use.
    for (const { definition } of records) await checkPort(definition.port);
    for (const record of records) await openTarget(record);
  } catch (thrown) {
    await end('close');
    throw thrown;
  }

  return {
    async target(environment, pipeline, definition) {
      checkName('environment', environment);
      checkName('pipeline', pipeline);
      const process = processOf(definition.target, environment);
      return inOrder(`${environment}/${pipeline}`, async () => {
        const known = open.get(`${environment}/${pipeline}`);
        if (known === undefined) {
          return (await openTarget(newRecord(environment, pipeline, process))).target;
        }
        checkNotShared(environment, pipeline, process.port);
        await known.define(process);
        return known.target;
      });
    },
    runtime: async () => machine(),
    close: () => end('close'),
    stopAll: () => end('stopAll'),
  };
}

function processOf(target: TargetDefinition, environment: string): ProcessTarget {
  if (target.kind === 'process') return target;
  throw new NoneventError(
    'InvalidInput',
    `the target of ${environment} is ${target.kind}, which this machine does not run; expected process`,
    { fields: { environment }, hint: 'deploy this environment with the system in your AWS account' },
  );
}

function newRecord(environment: string, pipeline: string, definition: ProcessTarget): TargetRecord {
  return { format: 1, environment, pipeline, definition, weights: {}, revisions: [] };
}

async function recordsIn(folder: string): Promise<readonly TargetRecord[]> {
  const records: TargetRecord[] = [];
  for (const environment of await foldersIn(folder)) {
    for (const pipeline of await foldersIn(join(folder, environment))) {
      const record = await readRecord(join(folder, environment, pipeline));
      if (record !== undefined) records.push(record);
    }
  }
  return records;
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function checkName(what: string, written: string): void {
  const parsed = name.safeParse(written);
  if (parsed.success) return;
  throw new NoneventError(
    'InvalidInput',
    `invalid ${what} ${JSON.stringify(written)}: ${z.prettifyError(parsed.error)}`,
  );
}

function sharedPort(port: number, environment: string, pipeline: string): NoneventError {
  return new NoneventError(
    'TargetFailed',
    `port ${port} is in use by the router of ${pipeline} in ${environment}`,
    { fields: { port }, hint: 'give one of the two another port in its target' },
  );
}

import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { codeOf, diskFailure } from '../../local/disk-failure.ts';
import { writeAtomically } from '../../local/write-atomically.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { stackOutputs } from '../../stages/cloud/stack-outputs.ts';
import { profileName, regionName, stackName } from './names.ts';

const members = z.strictObject({
  version: z.literal(1),
  stack: stackName,
  region: regionName,
  profile: profileName.optional(),
  account: z.string().regex(/^\d{12}$/, 'expected an account of 12 digits'),
  table: stackOutputs.shape.Table,
  bus: stackOutputs.shape.Bus,
  artifacts: stackOutputs.shape.Artifacts,
  stateMachines: stackOutputs.shape.StateMachines,
  connectedAt: z.iso.datetime(),
});

/**
 * How a stack is reached: the content of `connection.json`. It holds names only; credentials are found anew by each command. It is in
 * the data folder, so that it is no part of what is deployed and nobody commits the profile of somebody else.
 */
export const stackConnection = members.superRefine(({ region, account, stateMachines }, { addIssue }) => {
  const [, , , regionThere, accountThere] = stateMachines.split(':');
  const refuse = (member: string, said: string, there: string | undefined): void => {
    if (said === there) return;
    const message = `expected ${there} as in stateMachines, found ${said}`;
    addIssue({ code: 'custom', path: [member], message });
  };
  refuse('region', region, regionThere);
  refuse('account', account, accountThere);
});
export type StackConnection = Readonly<z.output<typeof stackConnection>>;

/** Where a data folder keeps which stack it is connected to. */
export function connectionFile(data: string): string {
  return join(data, 'connection.json');
}

/**
 * The stack that a data folder is connected to; `undefined` where it is none. Synchronous, as settings are.
 *
 * Errors: `InvalidInput` for a file that is not one of ours; `StoreUnavailable` for one that cannot be read.
 */
export function readStackConnection(data: string): StackConnection | undefined {
  const file = connectionFile(data);
  const text = textOf(file);
  if (text === undefined) return undefined;
  try {
    return stackConnection.parse(JSON.parse(text));
  } catch (thrown) {
    const problem = thrown instanceof z.ZodError ? inWords(thrown) : messageOf(thrown);
    throw new NoneventError('InvalidInput', `${file} is no connection to a stack: ${problem}`, {
      fields: { path: file },
      hint: 'write it anew with `nonevent connect`, or remove it with `nonevent connect --remove`',
      cause: thrown,
    });
  }
}

/** Connects a data folder to a stack; makes the folder where it is missing. Error: `StoreUnavailable`. */
export async function writeStackConnection(data: string, connection: StackConnection): Promise<string> {
  const file = connectionFile(data);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(join(data, '.gitignore'), '*\n', { flag: 'wx' }).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
    });
  } catch (thrown) {
    throw diskFailure('write', file, thrown);
  }
  await writeAtomically(file, `${JSON.stringify(connection, null, 2)}\n`);
  return file;
}

/** Gives a data folder back to the local system. Returns whether it was connected. Error: `StoreUnavailable`. */
export async function removeStackConnection(data: string): Promise<boolean> {
  const file = connectionFile(data);
  const wasThere = textOf(file) !== undefined;
  await rm(file, { force: true }).catch((thrown: unknown) => {
    throw diskFailure('remove', file, thrown);
  });
  return wasThere;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw diskFailure('read', file, thrown);
  }
}

function inWords({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join(', ');
}

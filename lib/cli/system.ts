import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { EventStore } from '../history/event-store.ts';
import type { DataFolder } from '../local/data-folder.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RequestEvent } from '../stages/drive/request-events.ts';
import type { Watching } from './pace.ts';
import { findSettings, type Surroundings } from './settings.ts';
import { type ChosenStack, chooseSystem } from './stack/choose-system.ts';
import { connectionFile, type StackConnection } from './stack/stack-connection.ts';

/** A running system, as the command line uses it: it reads the history, and asks for changes by events. */
export type System = LocalSystemOfCli | StackSystem;

export type LocalSystemOfCli = CommonSystem & { readonly kind: 'local'; readonly folder: DataFolder };
export type StackSystem = CommonSystem & {
  readonly kind: 'stack';
  readonly connection: StackConnection;
  /** Where it was said that this stack is meant: a flag, a variable or a file. */
  readonly connectedBy: string;
};

type CommonSystem = {
  /** As a sentence names it, such as `stack Nonevent in eu-west-1`. */
  readonly called: string;
  /** Tells its table from that of every other system that this user works with. Errors: `Unreachable`. */
  readonly identity: () => Promise<string>;
  /** Where a person sees why something did not happen. */
  readonly whySee: string;
  /** The options that bring the next command to this system too, each after a blank; empty where it finds it by itself. */
  readonly options: string;
  readonly watching: Watching;
  readonly store: EventStore;
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
  /** Where sources are kept that are to be deployed. */
  readonly artifacts: Pick<Artifacts, 'pack'>;
  /** Makes sure that a pipeline can be run: installs it on one machine, requires that it is installed in a stack. */
  readonly register: (pipeline: Pipeline) => Promise<void>;
  /** Puts an event on the bus. */
  readonly publish: (detailType: RequestEvent, detail: object) => Promise<void>;
  readonly close: () => void;
};

/**
 * Finds the system that a command works with: a stack in AWS where one is named or connected, else the local system that runs on
 * the data folder.
 *
 * Errors: `NotFound` where nothing says which system that is; `Unreachable` when it cannot be reached; those of `chooseSystem`.
 */
export async function openSystem(surroundings: Surroundings): Promise<System> {
  const chosen = chooseSystem(surroundings);
  // Neither loads the clients of the other.
  if ('stack' in chosen) {
    await refuseForeignFile(surroundings, chosen);
    return (await import('./stack/open-stack.ts')).openStack(chosen);
  }
  return (await import('./open-local-system.ts')).openLocalSystem(surroundings);
}

/** Where any value comes from the file, it must be one that was made here. */
async function refuseForeignFile(
  surroundings: Surroundings,
  { stack, region, profile }: ChosenStack,
): Promise<void> {
  const file = connectionFile(findSettings(surroundings).data.value);
  if (![stack, region, profile].some(({ from }) => from === file)) return;
  await (await import('./stack/require-untracked.ts')).requireUntracked(file);
}

/**
 * The local system, for a command that only makes sense there.
 *
 * Errors: `InvalidInput` for a stack, saying why.
 */
export function requireLocalSystem(system: System, why: string): LocalSystemOfCli {
  if (system.kind === 'local') return system;
  throw new NoneventError('InvalidInput', `${system.called} ${why}`, {
    fields: { stack: system.connection.stack },
    hint: 'for the local system, add --local',
  });
}

import { z } from 'zod';
import { AwsError } from '../aws-error.ts';
import { openJournal } from '../journal.ts';
import { checkName, stateMachineArn } from './arns.ts';
import { type Definition, parseDefinition } from './definition.ts';

const record = z.strictObject({
  name: z.string(),
  definition: z.string(),
  roleArn: z.string(),
  createdAt: z.number().describe('Milliseconds since 1970.'),
});
type StateMachineRecord = z.output<typeof record>;

export type StateMachine = StateMachineRecord & { readonly arn: string; readonly parsed: Definition };

export type StateMachines = {
  /** Repeating it with the same definition finds the first. Errors: `InvalidName`, `InvalidDefinition`, `StateMachineAlreadyExists`. */
  readonly create: (name: string, definition: string, roleArn: string) => Promise<StateMachine>;
  /** Error: `StateMachineDoesNotExist`. */
  readonly find: (name: string) => StateMachine;
  readonly list: () => readonly StateMachine[];
  readonly close: () => Promise<void>;
};

/** The state machines of a journal. */
export async function openStateMachines(path: string): Promise<StateMachines> {
  const { journal, entries } = await openJournal(path, record);
  const machines = new Map(entries.map((entry) => [entry.name, stateMachineOf(entry)]));
  const creating = new Map<string, Promise<StateMachine>>();

  const write = async (entry: StateMachineRecord): Promise<StateMachine> => {
    await journal.append(entry);
    const machine = stateMachineOf(entry);
    machines.set(entry.name, machine);
    return machine;
  };

  return {
    create: async (name, definition, roleArn) => {
      checkName(name);
      const existing = machines.get(name) ?? (await creating.get(name));
      if (existing?.definition === definition) return existing;
      parseDefinition(definition);
      if (existing !== undefined) {
        throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${existing.arn}'`);
      }
      const created = write({ name, definition, roleArn, createdAt: Date.now() }).finally(() =>
        creating.delete(name),
      );
      creating.set(name, created);
      return created;
    },
    find: (name) => {
      const found = machines.get(name);
      if (found !== undefined) return found;
      throw new AwsError(
        'StateMachineDoesNotExist',
        `State Machine Does Not Exist: '${stateMachineArn(name)}'`,
      );
    },
    list: () => [...machines.values()],
    close: () => journal.close(),
  };
}

function stateMachineOf(entry: StateMachineRecord): StateMachine {
  return { ...entry, arn: stateMachineArn(entry.name), parsed: parseDefinition(entry.definition) };
}

import { NoneventError } from '../../nonevent-error.ts';
import type { Surroundings } from '../settings.ts';
import { chooseSystem } from './choose-system.ts';

/**
 * Makes sure that a command which runs the local system is typed where commands go to the local system.
 *
 * Errors: `InvalidInput` where they go to a stack; those of `chooseSystem`.
 */
export function requireLocalHere(surroundings: Surroundings, command: string): void {
  const chosen = chooseSystem(surroundings);
  if (!('stack' in chosen)) return;
  const { value, from } = chosen.stack;
  throw new NoneventError(
    'InvalidInput',
    `\`nonevent ${command}\` runs the local system, and commands here go to stack ${value} (${from})`,
    {
      fields: { stack: value },
      hint:
        typed(surroundings) !== undefined
          ? 'leave out --stack, --profile and --region'
          : `run \`nonevent ${command} --local\` and add --local to what is meant for it, or go back with \`nonevent connect --remove\``,
    },
  );
}

/**
 * For a command that brings a system of its own, wherever it is typed.
 *
 * Errors: `InvalidInput` where a stack was named all the same.
 */
export function refuseStack(surroundings: Surroundings, command: string): void {
  const flag = typed(surroundings);
  if (flag === undefined) return;
  throw new NoneventError(
    'InvalidInput',
    `\`nonevent ${command}\` runs on this machine alone, and --${flag} means a stack in AWS`,
    { hint: `leave out --${flag}` },
  );
}

function typed({ flags }: Surroundings): 'stack' | 'profile' | 'region' | undefined {
  return (['stack', 'profile', 'region'] as const).find((flag) => flags[flag] !== undefined);
}

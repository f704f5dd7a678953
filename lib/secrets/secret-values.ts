import { NoneventError } from '../nonevent-error.ts';
import { SHORTEST_SECRET } from '../pipeline/literal-secret.ts';
import { secretsIn } from './mask-secrets.ts';

/** What a stage or a target says about its environment variables. */
export type Variables = {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[] | undefined;
};

/**
 * The values of the secrets that are named, from the environment of the system that runs this.
 *
 * Errors: `InvalidInput` for a name that is not set there, or that is set to what could not be masked.
 */
export function secretValues(
  { secrets = [] }: Pick<Variables, 'secrets'>,
  of: string,
  own: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const unset = secrets.filter((name) => setTo(name, own) === '');
  if (unset.length > 0) {
    throw new NoneventError(
      'InvalidInput',
      `${of} needs ${unset.join(', ')}, which the local system does not have`,
      {
        hint: `stop \`nonevent dev\` and start it where ${unset.join(' and ')} ${unset.length === 1 ? 'is' : 'are'} set`,
      },
    );
  }
  const short = secrets.find((name) => setTo(name, own).trim().length < SHORTEST_SECRET);
  if (short !== undefined) {
    throw new NoneventError(
      'InvalidInput',
      `the secret ${short} of ${of} is too short to be masked: expected at least ${SHORTEST_SECRET} characters`,
      { hint: 'use a longer secret, or write it under env where it is none' },
    );
  }
  return Object.fromEntries(secrets.map((name) => [name, setTo(name, own)]));
}

/** Everything to be masked where these variables may be printed. Names that are not set have nothing to mask. */
export function secretsOf(
  { env, secrets = [] }: Variables,
  own: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const named = secrets.flatMap((name) => [setTo(name, own), setTo(name, own).trim()]);
  const values = [...secretsIn(env), ...named].filter((value) => value.length >= SHORTEST_SECRET);
  return [...new Set(values)];
}

function setTo(name: string, own: Readonly<Record<string, string | undefined>>): string {
  return Object.hasOwn(own, name) ? (own[name] ?? '') : '';
}

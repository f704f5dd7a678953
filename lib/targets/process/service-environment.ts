import { secretValues } from '../../secrets/secret-values.ts';
import type { RevisionRecord } from './target-record.ts';

/** What a service may know of the machine. The rest stays away from it, credentials first of all. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LOGNAME', 'SHELL'] as const;

/**
 * The environment variables of a revision's process: a few of ours, the definition's, and where it shall listen.
 *
 * Errors: `InvalidInput` where a secret that the definition names is not there.
 */
export function serviceEnvironment(
  record: RevisionRecord,
  port: number,
  variables: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const inherited = INHERITED.flatMap((variable) => {
    const value = own[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  const version = /^(.+)-[0-9a-f]{8}$/.exec(record.revision)?.[1];
  return {
    ...Object.fromEntries(inherited),
    ...record.launch.env,
    ...secretValues(record.launch, `revision ${record.revision}`, own),
    ...variables,
    PORT: String(port),
    HOST: '127.0.0.1',
    NONEVENT_REVISION: record.revision,
    ...(version === undefined ? {} : { NONEVENT_VERSION: version }),
  };
}

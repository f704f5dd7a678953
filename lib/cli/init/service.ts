import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

/** What a package.json says that a pipeline file is made of. */
export type Service = {
  /** A name that a pipeline may have. */
  readonly name: string;
  /** The command that starts it. */
  readonly start: string;
  /** Whether the start command was read from the package, or is a guess to be corrected. */
  readonly isStartKnown: boolean;
  readonly hasTests: boolean;
  readonly hasBuild: boolean;
  /** The command that installs its dependencies; `undefined` where it has none. */
  readonly install: string | undefined;
  /** Whether a lock file says which versions are installed, so that each build installs the same. */
  readonly isLocked: boolean;
};

const packageFile = z.object({
  name: z.string().optional(),
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
type PackageFile = z.output<typeof packageFile>;

/** What `npm init` writes where there are no tests: it fails always. */
const NO_TESTS = /no test specified/;
const PLAIN_NAME_AT_MOST = 37;

/**
 * Looks at the service in a folder. A folder without a package.json is a service that nothing is known of.
 *
 * Errors: `InvalidInput` for a package.json that cannot be read.
 */
export async function lookAtService(folder: string, has: (file: string) => boolean): Promise<Service> {
  const described = await readPackage(folder, has);
  const { scripts } = described;
  const isStartKnown = scripts.start !== undefined || described.main !== undefined || has('server.js');
  return {
    name: plainName(described.name ?? basename(folder)),
    start: startOf(described),
    isStartKnown,
    hasTests: scripts.test !== undefined && !NO_TESTS.test(scripts.test),
    hasBuild: scripts.build !== undefined,
    install: installOf(described, has),
    isLocked: isLocked(has),
  };
}

async function readPackage(folder: string, has: (file: string) => boolean): Promise<PackageFile> {
  if (!has('package.json')) return packageFile.parse({});
  try {
    return packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  } catch (cause) {
    throw new NoneventError(
      'InvalidInput',
      `cannot read ${join(folder, 'package.json')}: ${messageOf(cause)}`,
      {
        cause,
        hint: 'correct package.json, then run `nonevent init` again',
      },
    );
  }
}

/** The start script itself, not `npm start`: npm in between would keep signals from the service. */
function startOf({ scripts, main }: PackageFile): string {
  const script = scripts.start?.trim();
  if (script === undefined) return `node ${asArgument(main ?? 'server.js')}`;
  return /^node\s[^;&|]*$/.test(script) ? script : 'npm start';
}

/** A path as one word of a command that is no option: a package's `main` is data, whatever it holds. */
function asArgument(path: string): string {
  const file = path.startsWith('-') ? `./${path}` : path;
  return /^[\w./@-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
}

function installOf(described: PackageFile, has: (file: string) => boolean): string | undefined {
  const count = Object.keys(described.dependencies).length + Object.keys(described.devDependencies).length;
  if (count === 0) return undefined;
  return isLocked(has) ? 'npm ci' : 'npm install';
}

function isLocked(has: (file: string) => boolean): boolean {
  return has('package-lock.json') || has('npm-shrinkwrap.json');
}

/** The package's name as a pipeline may be called: without its scope, plain. */
function plainName(written: string): string {
  const plain = written
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, PLAIN_NAME_AT_MOST);
  return plain === '' ? 'service' : plain;
}

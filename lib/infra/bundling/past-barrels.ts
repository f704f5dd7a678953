import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Plugin, PluginBuild } from 'esbuild';

/**
 * The SDK imports most of what it shares from files that only collect other files. esbuild keeps of such a collection what anybody in
 * the whole bundle uses, and so a function would read at its start what only a client needs that is loaded on demand: XML, for S3.
 * This leads each import straight to the file that has what is imported. It makes the functions that work on stages 50 KB smaller.
 */
export const pastBarrels: Plugin = {
  name: 'past barrels',
  setup(build) {
    build.onLoad(
      { filter: /\/node_modules\/(@aws-sdk|@smithy)\/[^/]+\/dist-es\/.*\.js$/ },
      async ({ path }) => {
        const known = ALREADY.get(path) ?? ledPast(build, path);
        ALREADY.set(path, known);
        return { contents: await known, loader: 'js' };
      },
    );
  },
};

/** Each file as it was rewritten, as all functions are bundled from the same ones. */
const ALREADY = new Map<string, Promise<string>>();

const IMPORT = /^import \{([^}]*)\} from "([^"]+)";$/gm;
const EXPORT = /^export \{([^}]*)\} from "([^"]+)";$/gm;
/** The same in two steps: what is imported is exported further below. */
const EXPORT_OF_IMPORTED = /^export \{([^}]*)\};$/gm;

async function ledPast(build: PluginBuild, path: string): Promise<string> {
  const source = await readFile(path, 'utf8');
  const parts: string[] = [];
  let end = 0;
  for (const written of source.matchAll(IMPORT)) {
    const [text, names = '', from = ''] = written;
    parts.push(source.slice(end, written.index), (await importsOf(build, path, names, from)).join(' '));
    end = written.index + text.length;
  }
  return parts.join('') + source.slice(end);
}

/** An import of each name, all in one line so that the others keep their numbers. */
async function importsOf(
  build: PluginBuild,
  path: string,
  names: string,
  from: string,
): Promise<readonly string[]> {
  const file = await resolved(build, path, from);
  return Promise.all(
    specifiersOf(names).map(async ({ name, as }) => {
      const origin = file === undefined ? { file: from, name } : await originOf(build, file, name);
      return `import { ${origin.name} as ${as} } from ${JSON.stringify(origin.file)};`;
    }),
  );
}

type Origin = { readonly file: string; readonly name: string };

/** The file that has what is exported under a name, found through all collections on the way; what only a star exports is left where it is. */
async function originOf(build: PluginBuild, file: string, name: string): Promise<Origin> {
  const found = collectedIn(await readFile(file, 'utf8')).find(({ as }) => as === name);
  const next = found && (await resolved(build, file, found.from));
  return next === undefined || found === undefined ? { file, name } : originOf(build, next, found.name);
}

type Collected = Specifier & { readonly from: string };

function collectedIn(source: string): readonly Collected[] {
  const imported = [...source.matchAll(IMPORT)].flatMap(specifiersFrom);
  const exported = [...source.matchAll(EXPORT_OF_IMPORTED)].flatMap(([, names = '']) => specifiersOf(names));
  const inTwoSteps = exported.flatMap(({ name, as }) => {
    const source = imported.find((specifier) => specifier.as === name);
    return source === undefined ? [] : [{ ...source, as }];
  });
  return [...[...source.matchAll(EXPORT)].flatMap(specifiersFrom), ...inTwoSteps];
}

function specifiersFrom([, names = '', from = '']: readonly string[]): readonly Collected[] {
  return specifiersOf(names).map((specifier) => ({ ...specifier, from }));
}

type Specifier = { readonly name: string; readonly as: string };

function specifiersOf(names: string): readonly Specifier[] {
  const written = names.split(',').map((name) => name.trim());
  return written
    .filter((name) => name !== '')
    .map((text) => {
      const [name = text, as = name] = text.split(' as ');
      return { name, as };
    });
}

/** `undefined` for what is outside the bundle or replaced by another plugin. */
async function resolved(build: PluginBuild, importer: string, from: string): Promise<string | undefined> {
  const { path, external, namespace, errors } = await build.resolve(from, {
    importer,
    resolveDir: dirname(importer),
    kind: 'import-statement',
  });
  return external || namespace !== 'file' || errors.length > 0 ? undefined : path;
}

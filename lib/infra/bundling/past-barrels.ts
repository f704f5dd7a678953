import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
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
      async ({ path }) => ({ contents: await ledPast(build, path), loader: 'js' }),
    );
  },
};

const IMPORT = /^import \{([^}]*)\} from "([^"]+)";$/gm;
const EXPORT = /^export (?:\*|\{([^}]*)\}) from "([^"]+)";\s*/gm;

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
  const collection = await resolved(build, path, from);
  return Promise.all(
    specifiersOf(names).map(async ({ name, as }) => {
      const origin = collection === undefined ? undefined : await originOf(build, collection, name);
      const { file, exported } = origin ?? { file: from, exported: name };
      return `import { ${exported} as ${as} } from ${JSON.stringify(file)};`;
    }),
  );
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

type Origin = { readonly file: string; readonly exported: string };

/** The file that has an export, found through all collections on the way; `undefined` where none of them names it. */
async function originOf(build: PluginBuild, file: string, name: string): Promise<Origin | undefined> {
  const exports = await collectionIn(file);
  if (exports === undefined) return { file, exported: name };
  for (const { specifiers, from } of exports) {
    const match = specifiers?.find(({ as }) => as === name);
    if (match === undefined) continue;
    const next = await resolved(build, file, from);
    return next === undefined ? { file, exported: name } : originOf(build, next, match.name);
  }
  // What is exported with a star is left to esbuild: which file it is in, only that file says.
  return exports.some(({ specifiers }) => specifiers === undefined) ? { file, exported: name } : undefined;
}

type Exports = { readonly specifiers: readonly Specifier[] | undefined; readonly from: string };

/** What a file collects from others; `undefined` for one that does anything else. */
async function collectionIn(file: string): Promise<readonly Exports[] | undefined> {
  if (basename(file) !== 'index.js') return undefined;
  const source = await readFile(file, 'utf8');
  if (source.replaceAll(EXPORT, '').trim() !== '') return undefined;
  return [...source.matchAll(EXPORT)].map(([, names, from = '']) => ({
    specifiers: names === undefined ? undefined : specifiersOf(names),
    from,
  }));
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

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildResult, build } from 'esbuild';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));

/** The files of the page as a browser loads them, by their path. */
export type PageFiles = Readonly<Record<'/' | '/page.js' | '/page.css' | '/icon.svg', string>>;

export type Bundle = {
  readonly files: PageFiles;
  /** Every source file that is in the script, relative to the project. */
  readonly sources: readonly string[];
};

/**
 * Bundles the page from its sources. Takes a fraction of a second, so it is done when the page is first asked for: there
 * is no build to run and no built file to go stale.
 *
 * Errors: `Unreachable` when the bundler cannot run on this machine.
 */
export async function bundlePage(): Promise<Bundle> {
  const [shell, icon, built] = await Promise.all([
    readFile(`${WEB}index.html`, 'utf8'),
    readFile(`${WEB}icon.svg`, 'utf8'),
    buildFiles(),
  ]);
  const textOf = (ending: string): string =>
    built.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return {
    files: { '/': shell, '/page.js': textOf('.js'), '/page.css': textOf('.css'), '/icon.svg': icon },
    sources: Object.keys(built.metafile.inputs),
  };
}

async function buildFiles(): Promise<BuildResult<{ readonly metafile: true; readonly write: false }>> {
  try {
    return await build({
      entryPoints: [
        { in: `${WEB}main.tsx`, out: 'page' },
        { in: `${WEB}page.css`, out: 'page' },
      ],
      absWorkingDir: fileURLToPath(new URL('../../../', import.meta.url)),
      outdir: '/',
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: ['chrome123', 'firefox120', 'safari17.5'],
      jsx: 'automatic',
      jsxImportSource: 'preact',
      define: { 'process.env.NODE_ENV': '"production"' },
      legalComments: 'none',
      logLevel: 'silent',
    });
  } catch (thrown) {
    throw new NoneventError('Unreachable', `the page could not be bundled: ${messageOf(thrown)}`, {
      hint: 'run `npm ci` in the folder of Nonevent; the command line shows the same without the page',
      cause: thrown,
    });
  }
}

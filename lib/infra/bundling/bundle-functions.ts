import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { importWhatIsUsed } from './import-what-is-used.ts';
import { lambdaCredentials } from './lambda-credentials.ts';
import { modulesThatOnlyDefine } from './modules-that-only-define.ts';
import { pastBarrels } from './past-barrels.ts';
import { schemasThatOnlyCheck } from './schemas-that-only-check.ts';
import { versionsOfClients } from './versions-of-clients.ts';
import { withoutEndpointDiscovery } from './without-endpoint-discovery.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** CommonJS packages ask for Node's own modules with `require`, which a module of ECMAScript does not have. */
const REQUIRE =
  "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);";

/**
 * Bundles functions/aws/<name>.ts to `<folder>/<name>/index.mjs`, each with its source map and with all it needs: the SDK's clients
 * too, so that what was tested is what runs, whatever Lambda's runtime brings along. What is imported on demand stays on demand, in files
 * beside it. `<folder>/meta.json` says what is in each file. The same sources give the same bytes.
 */
export async function bundleFunctions(folder: string, names: readonly string[]): Promise<void> {
  const bundled = await Promise.all(
    names.map(async (name) => [name, await bundle(folder, name, `functions/aws/${name}.ts`)] as const),
  );
  await writeFile(join(folder, 'meta.json'), JSON.stringify(Object.fromEntries(bundled)));
}

/** Bundles one entry, a path in this project, in the same way. */
export async function bundle(folder: string, name: string, entry: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: { index: entry },
    outdir: join(folder, name),
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // ECMAScript modules first, as only those are cut down to what is used.
    mainFields: ['module', 'main'],
    define: { 'process.env.NODE_ENV': '"production"' },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // A module of ours that is imported for what it does would be left out, see modules-that-only-define.ts.
    logOverride: { 'ignored-bare-import': 'error' },
    plugins: [
      importWhatIsUsed,
      modulesThatOnlyDefine,
      schemasThatOnlyCheck,
      withoutEndpointDiscovery,
      versionsOfClients,
      lambdaCredentials,
      pastBarrels,
    ],
  });
  return metafile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', ...names] = process.argv.slice(2);
  await bundleFunctions(folder, names);
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { importWhatIsUsed } from './import-what-is-used.ts';
import { lambdaCredentials } from './lambda-credentials.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** CommonJS packages ask for Node's own modules with `require`, which a module of ECMAScript does not have. */
const REQUIRE =
  "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);";

/**
 * Bundles functions/aws/<name>.ts to `<folder>/<name>/index.mjs`, each with its source map and with all it needs: the SDK's clients
 * too, so that what was tested is what runs, whatever Lambda's runtime brings along. `meta.json` beside the folders says what is in
 * them. The same sources give the same bytes.
 */
export async function bundleFunctions(folder: string, names: readonly string[]): Promise<void> {
  const outputs = await Promise.all(names.map((name) => bundle(folder, name)));
  await writeFile(join(folder, 'meta.json'), JSON.stringify(Object.fromEntries(outputs)));
}

async function bundle(folder: string, name: string) {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: { index: `functions/aws/${name}.ts` },
    outdir: join(folder, name),
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE },
    bundle: true,
    minify: true,
    // What is imported on demand stays on demand, in a file of its own.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // ECMAScript modules first, as only those are cut down to what is used.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [importWhatIsUsed, lambdaCredentials],
  });
  return [name, metafile] as const;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', ...names] = process.argv.slice(2);
  await bundleFunctions(folder, names);
}

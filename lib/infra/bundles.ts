import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { FUNCTION_NAMES, type FunctionName } from './function-catalogue.ts';

/** The code of each function. */
export type FunctionCode = (name: FunctionName) => Code;

/**
 * Bundles all functions at once with the esbuild of this project, without Docker, in a process of its own because a construct cannot
 * wait. `use` gets the bundles; they are copied into the assembly as it uses them, and are gone afterwards.
 */
export function withBundles<Used>(use: (code: FunctionCode) => Used): Used {
  const folder = mkdtempSync(join(tmpdir(), 'nonevent-functions-'));
  try {
    const script = fileURLToPath(new URL('bundling/bundle-functions.ts', import.meta.url));
    execFileSync(process.execPath, [script, folder, ...FUNCTION_NAMES], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return use((name) => Code.fromAsset(join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

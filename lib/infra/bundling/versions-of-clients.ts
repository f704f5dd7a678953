import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { z } from 'zod';

const packageFile = z.object({ version: z.string() });

/** A client of the SDK reads its own version from its whole package.json, 2 KB each. */
export const versionsOfClients: Plugin = {
  name: 'versions of clients',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(packageFile.parse(JSON.parse(await readFile(path, 'utf8')))),
      loader: 'json',
    }));
  },
};

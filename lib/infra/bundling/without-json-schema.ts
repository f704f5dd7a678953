import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Every schema of zod can describe itself as JSON Schema. No function asks for it, and it is 20 KB and work for each schema. */
export const withoutJsonSchema: Plugin = {
  name: 'without JSON Schema',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/zod\/v4\/classic\/schemas\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(DESCRIBES, '').replace(IMPORTS, REFUSES),
      loader: 'js',
    }));
  },
};

const DESCRIBES = /^ *inst\._zod\.processJSONSchema = .*;$/gm;
const IMPORTS = /^import \{ (\w+), (\w+) \} from "..\/core\/to-json-schema\.js";$/m;
const REFUSES =
  'const $1 = () => () => { throw new Error("JSON Schema is not in this bundle"); }; const $2 = $1;';

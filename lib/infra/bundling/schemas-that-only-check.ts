import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Every schema of zod can describe itself, as JSON Schema too, which is for those who write pipeline files and their editors. A function
 * only checks. Without it a bundle is 20 KB smaller, and 200 schemas need not be made twice at each start: `describe` and `meta` copy.
 */
export const schemasThatOnlyCheck: Plugin = {
  name: 'schemas that only check',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/zod\/v4\/classic\/schemas\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll(DESCRIBES_ITSELF, '')
        .replace(IMPORTS_JSON_SCHEMA, REFUSES)
        .replaceAll(DESCRIBES_A_COPY, 'return this;');
      return { contents, loader: 'js' };
    });
  },
};

const DESCRIBES_ITSELF = /^ *inst\._zod\.processJSONSchema = .*;$/gm;
const IMPORTS_JSON_SCHEMA = /^import \{ (\w+), (\w+) \} from "..\/core\/to-json-schema\.js";$/m;
const REFUSES =
  'const $1 = () => () => { throw new Error("JSON Schema is not in this bundle"); }; const $2 = $1;';
const DESCRIBES_A_COPY =
  /const cl = this\.clone\(\);\s*core\.globalRegistry\.add\(cl, [^;]*\);\s*return cl;/g;

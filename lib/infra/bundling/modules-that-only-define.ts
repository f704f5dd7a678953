import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * No module of this project does anything when it is read but define what it exports, and none is imported for what it does. esbuild
 * cannot know: for it an object that spreads another may run a getter, so that undo would read the checks that it never performs, as
 * all kinds of stages are in one registry. It makes undo 30 KB smaller.
 */
export const modulesThatOnlyDefine: Plugin = {
  name: 'modules that only define',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      sideEffects: false,
    }));
  },
};

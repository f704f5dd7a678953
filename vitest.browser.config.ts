import { defineConfig } from 'vitest/config';

/** The page in a real browser: `npm run test:browser`. Needs a Chromium; NONEVENT_CHROMIUM says where it is. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
